/// Writes the ledger's reasons: an enum without imports, with the properties of each that the rules need.
struct LedgerReasonsWriter {
  func text(of catalog: ReasonCatalog) throws(GeneratorError) -> String {
    var source = SwiftSource.reasons(importing: [])
    source.documentation(" Why a call has no effect. The raw value is the reason as it is sent.")
    try source.block("package enum Reason: String, Sendable, CaseIterable") { (source) throws(GeneratorError) in
      for reason in catalog.reasons {
        source.documentation(reason.comment, deprecated: reason.isDeprecated)
        source.line("case \(reason.swiftName) = \"\(reason.name)\"")
      }
      source.line()
      source.documentation(
        " Whether the refusal is final for its idempotency key: it is remembered, and a new attempt takes a new key."
      )
      try writeSwitch("package var isFinal: Bool", of: catalog.reasons, to: &source) { $0.isFinal ? "true" : "false" }
      source.line()
      source.documentation(" The keys of the metadata that comes with it.")
      try writeSwitch("package var metadataKeys: [MetadataKey]", of: catalog.reasons, to: &source) { reason in
        "[" + reason.keys.map { ".\($0.swiftName)" }.joined(separator: ", ") + "]"
      }
      source.line()
      try writeKeys(catalog.keys, to: &source)
    }
    source.line()
    try writeSentences(of: catalog.reasons, to: &source)
    return source.text
  }

  /// Writes the sentences. Each is next to the rule that throws the refusal, in a function named for the reason.
  private func writeSentences(
    of reasons: [ReasonCatalog.Reason],
    to source: inout SwiftSource
  ) throws(GeneratorError) {
    try source.block("extension Refusal") { (source) throws(GeneratorError) in
      source.documentation(
        " The sentence of a refusal that is final for its key, from the reason and its facts; nil for other reasons."
      )
      let opening = "static func finalSentence(of reason: Reason, _ facts: Facts) -> String?"
      try source.block(opening) { (source) throws(GeneratorError) in
        try source.block("switch reason") { (source) throws(GeneratorError) in
          for reason in reasons {
            source.line("case .\(reason.swiftName): \(reason.isFinal ? "\(reason.swiftName)Sentence(facts)" : "nil")")
          }
        }
      }
    }
  }

  private func writeSwitch(
    _ opening: String,
    of reasons: [ReasonCatalog.Reason],
    to source: inout SwiftSource,
    value: (ReasonCatalog.Reason) -> String
  ) throws(GeneratorError) {
    try source.block(opening) { (source) throws(GeneratorError) in
      try source.block("switch self") { (source) throws(GeneratorError) in
        for reason in reasons { source.line("case .\(reason.swiftName): \(value(reason))") }
      }
    }
  }

  private func writeKeys(_ keys: [ReasonCatalog.Key], to source: inout SwiftSource) throws(GeneratorError) {
    source.documentation(" What the metadata's values are keyed by. The raw value is the key as it is sent.")
    try source.block("package enum MetadataKey: String, Sendable, CaseIterable") { (source) throws(GeneratorError) in
      for key in keys {
        source.documentation(key.comment)
        source.line("case \(key.swiftName) = \"\(key.sentName)\"")
      }
      source.line()
      source.documentation(" How a value is written.")
      try source.block("package enum Kind: Sendable") { (source) throws(GeneratorError) in
        source.documentation(" Decimal micros, with the currency under its own key.")
        source.line("case money")
        source.documentation(" The id of an object of the contract.")
        source.line("case id")
        source.documentation(" A name or a code.")
        source.line("case text")
        source.documentation(" A decimal 64-bit integer.")
        source.line("case integer")
      }
      source.line()
      try source.block("package var kind: Kind") { (source) throws(GeneratorError) in
        try source.block("switch self") { (source) throws(GeneratorError) in
          for key in keys { source.line("case .\(key.swiftName): .\(key.kind)") }
        }
      }
    }
  }
}
