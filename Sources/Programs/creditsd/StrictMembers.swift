/// Checks that an object of the configuration file has no members but known ones: a misspelt one would say nothing, and
/// its default would hold.
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
    guard let unknown else { return }
    let names = known.allCases.map(\.stringValue).sorted().joined(separator: ", ")
    throw DecodingError.dataCorrupted(
      DecodingError.Context(
        codingPath: decoder.codingPath,
        debugDescription: "unknown member \"\(unknown)\": known are \(names)"
      )
    )
  }
}

extension DecodingError {
  /// What is wrong and where: `callers[1].uid: …`.
  var sentence: String {
    switch self {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      let place = Self.place(context.codingPath)
      return place.isEmpty ? context.debugDescription : "\(place): \(context.debugDescription)"
    case .keyNotFound(let key, let context):
      return "\(Self.place(context.codingPath + [key])) is missing"
    @unknown default:
      return "\(self)"
    }
  }

  private static func place(_ path: [any CodingKey]) -> String {
    path.reduce("") { place, key in
      if let index = key.intValue { return "\(place)[\(index)]" }
      return place.isEmpty ? key.stringValue : "\(place).\(key.stringValue)"
    }
  }
}
