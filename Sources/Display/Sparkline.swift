// A curve in one line of text: `▇▅▄▃▂▂▁▁×`.

/// `values` as block characters from lowest to highest, one a column; in ASCII without `unicode`. Where
/// there are more than `width` values a column shows the mean of its share of them, and a share with a
/// value that is not finite shows `×` (`X`). Equal values give a line at half height. Empty values or a
/// width below 1 give "".
package func sparkline(_ values: [Double], width: Int, unicode: Bool) -> String {
  let levels = Array(unicode ? "▁▂▃▄▅▆▇█" : "_.-:=+*#")
  let columns = min(values.count, width)
  guard columns > 0 else { return "" }
  let means = (0..<columns).map { column in
    let share = values[(column * values.count / columns)..<((column + 1) * values.count / columns)]
    return share.reduce(0) { $0 + $1 / Double(share.count) }
  }
  let finite = means.filter(\.isFinite)
  let low = finite.min() ?? 0
  // Halved, so that the difference of the largest numbers stays finite.
  let range = (finite.max() ?? 0) / 2 - low / 2
  return String(
    means.map { mean in
      guard mean.isFinite else { return unicode ? "×" : "X" }
      guard range > 0 else { return levels[levels.count / 2 - 1] }
      let position = (mean / 2 - low / 2) / range
      return levels[min(levels.count - 1, Int(position * Double(levels.count)))]
    })
}
