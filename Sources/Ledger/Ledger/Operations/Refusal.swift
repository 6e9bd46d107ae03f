/// Why an operation has no effect: a reason of the catalogue, its facts, and the invalid field.
///
/// The constructor of each refusal, and its sentence, stand beside the rule that throws it.
package struct Refusal: Error, Hashable, Sendable {
  package typealias Facts = [Reason.MetadataKey: String]

  package let reason: Reason
  /// Details for programs, by the keys of the catalogue. Amounts are decimal micros.
  package let facts: Facts
  /// The path of the invalid field in the request, such as `settings.threshold.micros`; nil if no field is invalid.
  package let field: String?
  /// A sentence for people: what is wrong, and what to do next.
  package let sentence: String

  /// Creates a refusal that is not remembered: the caller can correct the request, or the cause passes by itself.
  package init(_ reason: Reason, _ facts: Facts = [:], field: String? = nil, sentence: String) {
    precondition(!reason.isFinal, "the sentence of a final refusal is made from its facts alone")
    self.reason = reason
    self.facts = facts
    self.field = field
    self.sentence = sentence
  }

  /// Creates a refusal that is final for its key. Its sentence is made from the reason and the facts alone, so that a
  /// replay can repeat it.
  package init(final reason: Reason, _ facts: Facts) {
    guard let sentence = Self.finalSentence(of: reason, facts) else {
      preconditionFailure("\(reason.rawValue) is not final")
    }
    self.reason = reason
    self.facts = facts
    field = nil
    self.sentence = sentence
  }

  /// Whether the refusal is final for its key, so that a new attempt takes a new key.
  package var isRemembered: Bool { reason.isFinal }

  /// The recharge that the reason is about.
  package var rechargeID: RechargeID? { facts[.rechargeID].map { RechargeID($0) } }

  /// The facts by the names of their keys, as they are sent.
  package var metadata: [String: String] {
    Dictionary(uniqueKeysWithValues: facts.map { ($0.key.rawValue, $0.value) })
  }
}

// Refusals that any rule may throw.

extension Refusal {
  /// - Parameter description: Continues the sentence that begins with the field.
  package static func fieldInvalid(field: String, description: String) -> Refusal {
    Refusal(.fieldInvalid, field: field, sentence: "\(field) \(description)")
  }

  /// - Parameter rule: Continues the sentence that begins with the field.
  package static func amountOutOfRange(field: String, rule: String) -> Refusal {
    Refusal(.amountOutOfRange, field: field, sentence: "\(field) \(rule)")
  }

  package static var idempotencyKeyRequired: Refusal {
    Refusal(
      .idempotencyKeyRequired,
      field: "idempotency_key",
      sentence: "idempotency_key is empty: send one key of 1 to 255 bytes for each intended effect"
    )
  }
}

extension Refusal.Facts {
  /// The fact under `key`; empty if a damaged ledger has lost it.
  func text(_ key: Reason.MetadataKey) -> String { self[key] ?? "" }

  /// The amount under `key`, in the currency under its own key.
  func money(_ key: Reason.MetadataKey) -> Money {
    Money(
      micros: self[key].flatMap { Int64($0) } ?? 0,
      currency: self[.currencyCode].flatMap { Currency(code: $0) } ?? .usd
    )
  }
}

extension Money {
  var microsText: String { String(micros) }
}
