// stub
package struct HeatMap: Equatable, Sendable {
  package struct Line: Equatable, Sendable {
    package var name: String
    package var values: [Double?]
    package init(_ name: String, values: [Double?]) { self.name = name; self.values = values }
  }
  package var title: String
  package var cells: [[Double?]]
  package init(
    _ title: String, xLabel: String, yLabel: String, columns: [Double], rows: [Double], cells: [[Double?]],
    lines: [Line], caption: String
  ) {
    self.title = title; self.cells = cells
  }
  package func rendered(_ options: RenderOptions) -> String { title }
}
