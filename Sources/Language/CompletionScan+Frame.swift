// A bracket or command form that is open where a scan for a completion has come to.

extension CompletionScan {
  enum Enclosure: Equatable {
    case block, list, index, dictionary, group, parameters
    /// A call in brackets (false) or in command form (true).
    case call(isCommand: Bool)
  }

  struct Frame {
    var enclosure: Enclosure
    /// The callee as written.
    var callee = ""
    var labels: [String] = []
    var positional = 0
    /// The label of the current argument.
    var label: String?
    /// The tokens of the current argument or item, its label or key not counted.
    var length = 0
    /// Where the current argument's value begins, as an index of a token.
    var first = 0
    /// The arguments so far that are names.
    var names: [[String]] = []
    /// The texts that are items or keys so far.
    var texts: [String] = []
    /// Behind the colon of a dictionary's item.
    var isEntry = false

    /// The bracket that opened it; nil for the command form.
    var bracket: Bracket? {
      switch enclosure {
      case .block, .dictionary: .curly
      case .list, .index: .square
      case .group, .parameters, .call(isCommand: false): .round
      case .call(isCommand: true): nil
      }
    }

    var isCall: Bool { enclosure == .call(isCommand: true) || enclosure == .call(isCommand: false) }

    /// What the bracket is in an argument; nil for brackets that hold no items.
    var container: ArgumentPlace.Container? {
      switch enclosure {
      case .list: .list
      case .dictionary: isEntry ? .entry : .key
      default: nil
      }
    }

    mutating func endArgument() {
      if label == nil && length > 0 { positional += 1 }
      label = nil
      length = 0
      isEntry = false
    }
  }
}
