/// The text of `google.protobuf.FieldMask`: comma-separated paths in lowerCamelCase.
enum FieldMaskText {
  /// Returns nil if a path would not survive a round trip (field_mask.proto, "JSON Encoding of Field Masks").
  static func text(_ paths: [String]) -> String? {
    var texts: [String] = []
    for path in paths {
      var text = ""
      var isAfterUnderscore = false
      for character in path {
        if isAfterUnderscore {
          guard character.isASCII, character.isLowercase else { return nil }
          text += character.uppercased()
          isAfterUnderscore = false
        } else if character == "_" {
          isAfterUnderscore = true
        } else {
          guard !character.isUppercase else { return nil }
          text.append(character)
        }
      }
      guard !isAfterUnderscore else { return nil }
      texts.append(text)
    }
    return texts.joined(separator: ",")
  }

  static func parse(_ text: String) -> [String]? {
    if text.isEmpty { return [] }
    var paths: [String] = []
    for path in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard !path.contains("_") else { return nil }
      paths.append(path.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) })
    }
    return paths
  }
}
