// What the legend of a heat map's picture says.

extension HeatMap {
  var pictureKeys: [PictureKey.Entry] {
    var entries = lines.enumerated().map { index, line -> PictureKey.Entry in
      let points = pointCounts(of: line)
      let remark = points.outside > 0 ? ", \(points.outside) of \(points.all) points outside the map" : ""
      let name = line.name.isEmpty ? "line \(index + 1)" : line.name
      return (.line(HeatMapLineLook(line, number: index)), name + remark)
    }
    let cells = rows.indices.flatMap { row in columns.indices.map { shares(row: row, column: $0) } }
    if cells.contains(where: { $0?.isSplit ?? false }) {
      let names = [secondLabel, valueLabel].filter { !$0.isEmpty }
      entries.append((.splitCell, names.count == 2 ? "both: \(names[0]) beside \(names[1])" : "both"))
    }
    if cells.contains(nil) { entries.append((.unmeasuredCell, "not measured")) }
    return entries
  }
}
