// The sentences for every error of this module: one line that says what and where, and what to do about it.
import Fields
import Text

extension TensorFileError: CustomStringConvertible {
  /// Title and advice in one line.
  package var description: String { "\(title); \(advice)" }

  /// What is wrong, and where: one line, lower case, no full stop. Names from the file are quoted, cut to
  /// 80 characters (paths are not), and shown with their control characters escaped.
  package var title: String {
    switch self {
    case .system(.read, let path, let code): "cannot read \(located(path)): \(systemReason(code))"
    case .system(.write, let path, let code):
      "cannot write \(located(path)): \(systemReason(code))"
    case .folder(_, _, let error): error.title
    case .notAFile(let path): "\(located(path)) is not a file"
    case .interrupted(let path): "writing \(located(path)) was interrupted"
    case .changed(let path): "\(located(path)) became shorter while it was read"
    case .changedInUse(let path, let isCut):
      "\(located(path)) was \(isCut ? "cut" : "written to") while it was in use"
    case .malformed(let path, let flaw):
      "\(path.map(located) ?? "the data") is not a valid safetensors file: \(flaw.sentence(of: "header"))"
    case .badIndex(let path, let flaw):
      "\(path.map(located) ?? "the data") is not a valid index of shards: \(flaw.sentence)"
    case .noTensors(let folder, let stem, _):
      "\(located(folder)) has neither `\(stem).safetensors` nor `\(stem).safetensors.index.json`"
    case .noTensor(let path, let tensor):
      "\(path.map(located) ?? "the data") has no tensor \(inBackquotes(tensor))"
    case .unwritable(let path, let flaw):
      "cannot write \(path.map(located) ?? "the tensors") as safetensors: \(flaw.sentence)"
    case .notFloats(let tensor, let type):
      "tensor \(inBackquotes(tensor)) is \(type.name), which does not convert to and from Float"
    case .notIntegers(let tensor, let type):
      "tensor \(inBackquotes(tensor)) is \(type.name), which does not convert to and from whole numbers"
    case .outOfRange(let tensor, let index, let value, let type):
      "element \(index) of tensor \(inBackquotes(tensor)) (\(type.name)) cannot hold or give \(value)"
    }
  }

  /// What to do: one clause, no full stop.
  package var advice: String {
    switch self {
    case .system(_, _, let code): systemAdvice(code)
    case .folder(let path, .absent, let error): "\(located(path)) was not made; \(error.advice)"
    case .folder(let path, .asBefore, let error): "\(located(path)) is as it was; \(error.advice)"
    case .folder(let path, .mixed, let error):
      "\(located(path)) is part new, part old: save it once more; \(error.advice)"
    case .notAFile: "name a file, not a folder or a device"
    case .interrupted: "the file is as it was before"
    case .changed: "wait until it is complete and read it again"
    case .changedInUse: "load it again; nothing was kept of what was being computed from it"
    case .malformed(_, let flaw): flaw.advice
    case .badIndex(_, let flaw): flaw.advice
    case .noTensors(_, _, let others):
      if let other = others.first(where: { $0.hasSuffix(".safetensors") }) {
        "\(inBackquotes(other)) is there, without an index: fetch the index, or name the file itself"
      } else if let other = others.first {
        "\(inBackquotes(other)) is there, which is not read: save it as safetensors with the program that wrote it"
      } else {
        "check the path"
      }
    case .noTensor: "check its name, and whether the file belongs to this model"
    case .unwritable(_, let flaw): flaw.advice
    case .notFloats: "F64, F32, F16 and BF16 do"
    case .notIntegers: "BOOL, I8 to I64 and U8 to U64 do"
    case .outOfRange: "use a type that holds the value"
    }
  }
}

extension FormatFlaw {
  /// `document` is what the JSON is: header or index.
  func sentence(of document: String) -> String {
    switch self {
    case .tooShort(let length): "it has \(length) bytes, and the length of the header alone takes 8"
    case .headerEmpty: "its header is empty"
    case .headerTooLong(let length, let limit):
      "its header claims \(length) bytes, and \(limit) are the most allowed"
    case .headerPastEnd(let length, let available):
      "its header claims \(length) bytes, and only \(available) follow"
    case .notUTF8(let at): "byte \(at) of the \(document) is not UTF-8"
    case .unexpected(let at, let wanted, let found):
      "at byte \(at), \(wanted.words(in: document)) is expected, not \(found.map(spelled) ?? "the end of the \(document)")"
    case .badText(let at, let problem): "at byte \(at), \(problem.words)"
    case .badNumber(let at, let problem): "at byte \(at), \(problem.words)"
    case .tooDeep(let at, let limit): "at byte \(at), the \(document) nests deeper than \(limit) levels"
    case .duplicateKey(let at, let key):
      "at byte \(at), the key \(inBackquotes(key)) is there for the second time"
    case .missingField(let tensor, let field): "tensor \(inBackquotes(tensor)) has no `\(field)`"
    case .unknownType(let tensor, let type):
      "tensor \(inBackquotes(tensor)) has the unknown type \(inBackquotes(type))"
    case .tooManyDimensions(let tensor, let count, let limit):
      "tensor \(inBackquotes(tensor)) has \(count) dimensions, and \(limit) are the most allowed"
    case .offsetCount(let tensor, let count):
      "`data_offsets` of tensor \(inBackquotes(tensor)) has \(count) numbers in place of 2"
    case .backwards(let tensor, let begin, let end):
      "tensor \(inBackquotes(tensor)) begins at byte \(begin) of the data and ends before it, at \(end)"
    case .hole(let tensor, let begin, let expected):
      "tensor \(inBackquotes(tensor)) begins at byte \(begin) of the data, "
        + "and bytes \(expected) to \(begin - 1) belong to none"
    case .overlap(let tensor, let begin, let expected):
      "tensor \(inBackquotes(tensor)) begins at byte \(begin) of the data, "
        + "and the tensor before it ends at \(expected)"
    case .tooLarge(let tensor, let type, let shape):
      "the size of tensor \(inBackquotes(tensor)), \(described(type, shape)), overflows"
    case .splitByte(let tensor, let type, let shape):
      "tensor \(inBackquotes(tensor)), \(described(type, shape)), does not end on a whole byte"
    case .wrongLength(let tensor, let type, let shape, let needed, let given):
      "tensor \(inBackquotes(tensor)), \(described(type, shape)), takes \(needed) bytes and is given \(given)"
    case .dataLength(let declared, let present):
      "its header describes \(declared) bytes of data, and \(present) are there"
    }
  }

  fileprivate var advice: String {
    switch self {
    case .unknownType(_, let type):
      if let known = ElementType(name: type.uppercased()) {
        "the type is spelled `\(known.name)`"
      } else {
        "convert the file with the program that wrote it to F32, F16 or BF16"
      }
    case .tooShort, .headerPastEnd, .dataLength: "it is cut short or damaged, so fetch or save it again"
    case .headerEmpty, .headerTooLong, .notUTF8: "check that it is a safetensors file, not another format"
    default: "it is damaged or its writer is at fault, so save it again with another program"
    }
  }
}

extension ContentFlaw {
  fileprivate var sentence: String {
    switch self {
    case .reservedName: "`__metadata__` is the container's own key, not the name of a tensor"
    case .duplicateName(let tensor): "two tensors are named \(inBackquotes(tensor))"
    case .duplicateMetadata(let key): "the metadata has the key \(inBackquotes(key)) twice"
    case .tooManyDimensions(let tensor, let count, let limit):
      "tensor \(inBackquotes(tensor)) has \(count) dimensions, and \(limit) are the most allowed"
    case .negativeSize(let tensor, let shape):
      "the shape of tensor \(inBackquotes(tensor)), \(shape), has a size below zero"
    case .tooLarge(let tensor, let type, let shape):
      "the size of tensor \(inBackquotes(tensor)), \(described(type, shape)), overflows"
    case .splitByte(let tensor, let type, let shape):
      "tensor \(inBackquotes(tensor)), \(described(type, shape)), does not end on a whole byte"
    case .wrongLength(let tensor, let type, let shape, let needed, let given):
      "tensor \(inBackquotes(tensor)), \(described(type, shape)), takes \(needed) bytes and has \(given)"
    case .headerTooLong(let length, let limit):
      "the header takes \(length) bytes, and \(limit) are the most allowed"
    case .totalTooLarge: "the bytes of all tensors together overflow"
    }
  }

  fileprivate var advice: String {
    switch self {
    case .reservedName, .duplicateName, .duplicateMetadata: "give each its own name"
    case .headerTooLong, .totalTooLarge: "write fewer tensors in one file"
    case .tooManyDimensions, .negativeSize, .tooLarge, .splitByte, .wrongLength:
      "give the shape that the values have"
    }
  }
}

extension FormatFlaw.Wanted {
  fileprivate func words(in document: String) -> String {
    switch self {
    case .object: "`{`"
    case .list: "`[`"
    case .text: "a text in double quotes"
    case .wholeNumber: "a whole number"
    case .key: "a key in double quotes"
    case .colon: "`:`"
    case .commaOrBrace: "`,` or `}`"
    case .commaOrBracket: "`,` or `]`"
    case .value: "a JSON value"
    case .end: "the end of the \(document)"
    }
  }
}

extension FormatFlaw.TextProblem {
  fileprivate var words: String {
    switch self {
    case .unterminated: "a text has no closing quote"
    case .controlCharacter: "a text has a control character that is not escaped"
    case .escape: "a text has an escape that JSON does not know"
    case .surrogate: "a text has half of a surrogate pair"
    }
  }
}

extension FormatFlaw.NumberProblem {
  fileprivate var words: String {
    switch self {
    case .malformed: "a number is malformed"
    case .negative: "a size or offset is below zero"
    case .fraction: "a size or offset is not a whole number"
    case .tooLarge: "a number is larger than \(Int.max)"
    }
  }
}

private func described(_ type: ElementType, _ shape: [Int]) -> String {
  let shown = shape.count > 8 ? "\(shape.prefix(8).map(String.init).joined(separator: ", ")), …" : ""
  return "\(type.name) \(shown.isEmpty ? "\(shape)" : "[\(shown)]")"
}

private func spelled(_ byte: UInt8) -> String {
  (0x21...0x7E).contains(byte) ? "`\(Character(Unicode.Scalar(byte)))`" : "byte \(byte)"
}

/// A path in backquotes, in full.
private func located(_ path: String) -> String { inBackquotes(path, limit: .max) }
