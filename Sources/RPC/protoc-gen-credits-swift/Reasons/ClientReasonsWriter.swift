/// Writes the client's reasons: a constant for each, and a property of the error for each metadata key.
struct ClientReasonsWriter {
  func text(of catalog: ReasonCatalog) throws(GeneratorError) -> String {
    var source = SwiftSource.reasons(importing: [])
    try source.block("extension CreditsError.Reason") { (source) throws(GeneratorError) in
      for (index, reason) in catalog.reasons.enumerated() {
        if index > 0 { source.line() }
        source.documentation(reason.comment + "\n" + consequences(of: reason), deprecated: reason.isDeprecated)
        source.line("public static let \(reason.swiftName) = Self(rawValue: \"\(reason.name)\")")
      }
    }
    source.line()
    try source.block("extension CreditsError") { (source) throws(GeneratorError) in
      for (index, key) in catalog.keys.enumerated() {
        if index > 0 { source.line() }
        let reasons = catalog.reasons.filter { $0.keys.contains(key) }.map { "``Reason/\($0.swiftName)``" }
        source.documentation(key.comment + "\n Comes with \(reasons.joined(separator: ", ")).")
        let (type, reader) = accessor(key.kind)
        source.line("public var \(key.swiftName): \(type)? { \(reader)(\"\(key.sentName)\") }")
      }
    }
    return source.text
  }

  private func consequences(of reason: ReasonCatalog.Reason) -> String {
    var text = " The code is `\(reason.code)`."
    if reason.isFinal { text += " Final for its idempotency key: a new attempt takes a new key." }
    if !reason.keys.isEmpty {
      text += " Comes with " + reason.keys.map { "``CreditsError/\($0.swiftName)``" }.joined(separator: ", ") + "."
    }
    return text
  }

  /// Returns the property's type, and the method of `CreditsError` that reads it.
  private func accessor(_ kind: ReasonCatalog.Kind) -> (type: String, reader: String) {
    switch kind {
    case .money: ("Money", "money")
    case .id, .text: ("String", "text")
    case .integer: ("Int64", "integer")
    }
  }
}
