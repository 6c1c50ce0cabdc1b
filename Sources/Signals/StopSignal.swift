// Whether work is to stop, as a value that is handed down to it.

/// How work learns that the user asked it to stop: it looks here between two pieces that take some hundredths of a second
/// at most. What was asked once stays asked until the work has ended.
///
/// There are two questions. A first Ctrl-C *asks*: a run ends after its step, and keeps what it has. A second is *urgent*:
/// the step itself is left undone. Functions of Kernels leave what they were to fill unfinished; whatever calls them looks
/// again and throws `Interruption`, so that nothing unfinished is ever returned.
package struct StopSignal: Sendable {
  /// nil where nobody asks.
  private let asks: (@Sendable () -> Bool)?
  /// nil where nothing is urgent before it is asked for.
  private let urges: (@Sendable () -> Bool)?

  private init(asks: (@Sendable () -> Bool)?, urges: (@Sendable () -> Bool)?) {
    self.asks = asks
    self.urges = urges
  }

  /// - Parameter isUrgent: never true before `isAsked` is.
  package init(
    _ isAsked: @escaping @Sendable () -> Bool, isUrgent: (@Sendable () -> Bool)? = nil
  ) {
    self.init(asks: isAsked, urges: isUrgent)
  }

  /// Nobody asks.
  package static let never = StopSignal(asks: nil, urges: nil)

  /// Whether work is to end at its next good place.
  package var isAsked: Bool { asks?() ?? false }
  /// Whether work is to be left undone where it stands.
  package var isUrgent: Bool { urges?() ?? false }

  /// The signal for the inside of a step: it asks where this one is urgent. Every product of a step has it, and so it is
  /// one function.
  package var urgent: StopSignal { StopSignal(asks: urges, urges: nil) }

  /// Asks also where `isOver` says so, as when the time for a grid has passed; urgent as before.
  package func or(_ isOver: @escaping @Sendable () -> Bool) -> StopSignal {
    StopSignal(asks: { isAsked || isOver() }, urges: urges)
  }

  /// Throws where it is asked.
  package func check() throws(Interruption) {
    if isAsked { throw Interruption() }
  }
}

/// Thrown where the user asked to stop and there is nothing to keep.
package struct Interruption: Error {
  package init() {}
}
