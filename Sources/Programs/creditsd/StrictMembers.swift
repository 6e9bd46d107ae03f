/// Checks that an object of the configuration file has no members but known ones, each with a value: a misspelt one would say
/// nothing, and its default would hold.
enum StrictMembers {
  /// Any member's name.
  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  static func check<Key: CodingKey & CaseIterable>(_ decoder: any Decoder, _ known: Key.Type) throws {
    let members = try decoder.container(keyedBy: Name.self)
    let unknown = members.allKeys.map(\.stringValue).sorted().first { Key(stringValue: $0) == nil }
    guard let unknown else { return try checkValues(members) }
    let names = known.allCases.map(\.stringValue).sorted().joined(separator: ", ")
    throw DecodingError.dataCorrupted(
      DecodingError.Context(
        codingPath: decoder.codingPath,
        debugDescription: "unknown member \"\(unknown)\": known are \(names)"
      )
    )
  }
}

extension StrictMembers {
  private static func checkValues(_ members: KeyedDecodingContainer<Name>) throws {
    for name in members.allKeys.sorted(by: { $0.stringValue < $1.stringValue })
    where try members.decodeNil(forKey: name) {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: members.codingPath + [name],
          debugDescription: "give it a value, or leave it out: it is null"
        )
      )
    }
  }
}

extension KeyedDecodingContainer {
  /// Decodes a whole number. Foundation reports one that does not fit its type as invalid JSON, without a place.
  func wholeNumber(forKey key: Key, in permitted: ClosedRange<Int>) throws -> Int? {
    guard let number = try decodeIfPresent(Double.self, forKey: key) else { return nil }
    guard let whole = Int(exactly: number), permitted.contains(whole) else {
      let bounds = permitted == .min ... .max ? "" : " from \(permitted.lowerBound) to \(permitted.upperBound)"
      throw DecodingError.dataCorrupted(
        DecodingError.Context(codingPath: codingPath + [key], debugDescription: "take a whole number\(bounds)")
      )
    }
    return whole
  }
}

extension DecodingError {
  /// What is wrong and where: `callers[1].uid: …`.
  var sentence: String {
    switch self {
    case .typeMismatch(let type, let context):
      return Self.sentence(at: context.codingPath, Self.advice(type) ?? context.debugDescription)
    case .valueNotFound(_, let context), .dataCorrupted(let context):
      return Self.sentence(at: context.codingPath, context.debugDescription)
    case .keyNotFound(let key, let context):
      return "\(Self.place(context.codingPath + [key])) is missing"
    @unknown default:
      return "\(self)"
    }
  }

  private static func sentence(at path: [any CodingKey], _ words: String) -> String {
    let place = place(path)
    return place.isEmpty ? words : "\(place): \(words)"
  }

  /// Says which kind of JSON value is needed.
  private static func advice(_ type: any Any.Type) -> String? {
    switch "\(type)" {
    case "String": "take a text in quotes"
    case "Bool": "take true or false"
    case "Double": "take a number"
    case let name where name.hasPrefix("Array"): "take a list in brackets"
    case let name where name.hasPrefix("Dictionary"): "take an object in braces"
    default: nil
    }
  }

  private static func place(_ path: [any CodingKey]) -> String {
    path.reduce("") { place, key in
      if let index = key.intValue { return "\(place)[\(index)]" }
      return place.isEmpty ? key.stringValue : "\(place).\(key.stringValue)"
    }
  }
}
