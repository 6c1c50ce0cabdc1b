// What the legend of a heat map's picture says.

extension HeatMap {
  var pictureKeys: [PictureKey.Entry] {
    var entries = lines.enumerated().map { index, line -> PictureKey.Entry in
      let points = pointCounts(of: line)
      let remark = points.outside > 0 ? ", \(points.outside) of \(points.all) points outside the map" : ""
      let name = line.name.isEmpty ? "line \(index + 1)" : line.name
      return (.line(PictureLook.overHeat[index % PictureLook.overHeat.count]), name + remark)
    }
    let isPartial = rows.indices.contains { row in
      columns.indices.contains { share(row: row, column: $0) == nil }
    }
    if isPartial { entries.append((.unmeasuredCell, "not measured")) }
    return entries
  }
}
