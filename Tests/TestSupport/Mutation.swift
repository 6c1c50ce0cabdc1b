// Random changes of programs, the same for the same seed: characters and words left out, doubled, exchanged.

package enum Mutation {
  /// A program with one to three changes. `words` are what may be put in.
  package static func mutated(_ program: String, words: [String], _ random: inout SeededGenerator) -> String {
    var tokens = split(program)
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let place = Int.random(in: 0...tokens.count, using: &random)
      let other = Int.random(in: 0...tokens.count, using: &random)
      switch Int.random(in: 0..<7, using: &random) {
      case 0 where place < tokens.count: tokens.remove(at: place)
      case 1 where place < tokens.count: tokens.insert(tokens[place], at: place)
      case 2 where place < tokens.count && other < tokens.count: tokens.swapAt(place, other)
      case 3 where place < tokens.count: tokens[place] = changed(tokens[place], &random)
      case 4 where place < tokens.count: tokens[place] = words.randomElement(using: &random) ?? ""
      case 5 where other < tokens.count: tokens.insert(tokens[other], at: place)
      default: tokens.insert(words.randomElement(using: &random) ?? "", at: place)
      }
    }
    return tokens.joined()
  }

  /// A word with a letter left out, doubled or exchanged with the next.
  private static func changed(_ word: String, _ random: inout SeededGenerator) -> String {
    var letters = Array(word)
    guard !letters.isEmpty else { return word }
    let place = Int.random(in: 0..<letters.count, using: &random)
    switch Int.random(in: 0..<3, using: &random) {
    case 0: letters.remove(at: place)
    case 1: letters.insert(letters[place], at: place)
    default: letters.swapAt(place, letters.count - 1)
    }
    return String(letters)
  }

  /// Words, runs of spaces and single marks.
  private static func split(_ program: String) -> [String] {
    var tokens: [String] = []
    var isWord = false
    for character in program {
      let continues = isWord && (character.isLetter || character.isNumber || character == "_")
      if continues, let last = tokens.indices.last {
        tokens[last].append(character)
      } else {
        tokens.append(String(character))
      }
      isWord = continues || character.isLetter || character.isNumber || character == "_"
    }
    return tokens
  }
}
