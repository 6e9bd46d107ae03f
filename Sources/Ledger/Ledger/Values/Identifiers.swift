import Encodings

/// The id of a wallet, chosen by the caller that creates it.
package struct WalletID: Hashable, Sendable, CustomStringConvertible {
  private let exact: ExactText
  package var value: String { exact.text }
  package init(_ value: String) { exact = ExactText(value) }
  package var description: String { value }
}

/// The id of a recharge. Random or a hash, so that a processor never gets one key for two charges, not even after a
/// restore from a backup.
package struct RechargeID: Hashable, Sendable, CustomStringConvertible {
  private let exact: ExactText
  package var value: String { exact.text }
  package init(_ value: String) { exact = ExactText(value) }
  package var description: String { value }
}

/// The id of a refund of a recharge. Random, for the same reason as a recharge's id.
package struct RechargeRefundID: Hashable, Sendable, CustomStringConvertible {
  private let exact: ExactText
  package var value: String { exact.text }
  package init(_ value: String) { exact = ExactText(value) }
  package var description: String { value }
}

/// The processor's id of a dispute.
package struct DisputeID: Hashable, Sendable, CustomStringConvertible {
  private let exact: ExactText
  package var value: String { exact.text }
  package init(_ value: String) { exact = ExactText(value) }
  package var description: String { value }
}

/// The id of a card.
package struct PaymentMethodID: Hashable, Sendable, CustomStringConvertible {
  private let exact: ExactText
  package var value: String { exact.text }
  package init(_ value: String) { exact = ExactText(value) }
  package var description: String { value }
}

/// The id of an entry, made from its journal record: `e1234-0badcafe`.
///
/// The number finds the record without an index. The tag, from the record's fingerprint, invalidates an id issued by a
/// ledger that was restored from an older backup since and has reused the number.
package struct EntryID: Hashable, Sendable, CustomStringConvertible {
  package let record: Int64
  package let tag: UInt32

  package init(record: Int64, tag: UInt32) {
    self.record = record
    self.tag = tag
  }

  package init?(_ text: String) {
    guard let name = RecordName(text, letter: "e") else { return nil }
    self.init(record: name.record, tag: name.tag)
  }

  package var description: String { RecordName(record: record, tag: tag).text(letter: "e") }
}

/// The id of a hold, made like an `EntryID` from the journal record that placed the hold: `h1234-0badcafe`.
package struct HoldID: Hashable, Sendable, CustomStringConvertible {
  package let record: Int64
  package let tag: UInt32

  package init(record: Int64, tag: UInt32) {
    self.record = record
    self.tag = tag
  }

  package init?(_ text: String) {
    guard let name = RecordName(text, letter: "h") else { return nil }
    self.init(record: name.record, tag: name.tag)
  }

  package var description: String { RecordName(record: record, tag: tag).text(letter: "h") }
}

/// The text of a record's number and tag. Each pair has one spelling, so that equal ids are equal texts.
private struct RecordName {
  let record: Int64
  let tag: UInt32

  init(record: Int64, tag: UInt32) {
    self.record = record
    self.tag = tag
  }

  init?(_ text: String, letter: Character) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].first == letter, let record = Int64(parts[0].dropFirst()), record > 0,
      parts[1].utf8.count == 8, let tag = UInt32(parts[1], radix: 16)
    else { return nil }
    self.init(record: record, tag: tag)
    guard self.text(letter: letter) == text else { return nil }
  }

  func text(letter: Character) -> String {
    "\(letter)\(record)-\(Hexadecimal.text(UInt64(tag), digitCount: 8))"
  }
}

/// The processor's token for a card. Opaque, and kept out of logs.
package struct PaymentMethodToken: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
  package let secret: String
  package init(_ secret: String) { self.secret = secret }
  package var description: String { "<payment method token>" }
  package var debugDescription: String { description }
}
