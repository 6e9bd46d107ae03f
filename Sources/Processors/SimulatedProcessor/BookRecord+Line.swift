import Ledger
import PaymentProcessing

/// The text form of a record: a line with its kind and its fields, separated by tabs.
extension BookRecord {
  var line: String { fields.map(\.escaped).joined(separator: "\t") }

  init?(line: String) {
    var fields = Fields(line)
    let record: BookRecord? =
      switch fields.next() {
      case "account": fields.next().map(BookRecord.account)
      case "setup": KeptSetup(&fields).map(BookRecord.setup)
      case "attachment": Attachment(&fields).map(BookRecord.attachment)
      case "card_update": fields.nextPair().map { .cardUpdate(token: $0, card: $1) }
      case "customer_removal": fields.next().map { .customerRemoval(walletID: $0) }
      case "charge": KeptCharge(&fields).map(BookRecord.charge)
      case "refund": KeptRefund(&fields).map(BookRecord.refund)
      case "foreign_refund": ForeignRefund(&fields).map(BookRecord.foreignRefund)
      case "dispute": DisputeResult(&fields).map(BookRecord.dispute)
      case "unclassified": UnclassifiedEvent(&fields).map(BookRecord.unclassified)
      case "stored_failure": fields.next().map { .storedFailure(key: $0) }
      default: nil
      }
    guard let record, fields.isEmpty else { return nil }
    self = record
  }

  private var fields: [String] {
    switch self {
    case .account(let name): return ["account", name]
    case .setup(let kept): return ["setup", kept.key, kept.walletID, kept.setup.id, kept.setup.clientSecret]
    case .cardUpdate(let token, let card): return ["card_update", token, card]
    case .customerRemoval(let walletID): return ["customer_removal", walletID]
    case .foreignRefund(let refund):
      return ["foreign_refund", refund.id, refund.chargeID] + refund.amount.fields + refund.status.fields
    case .unclassified(let event): return ["unclassified", event.type, event.objectID, event.chargeID ?? ""]
    case .storedFailure(let key): return ["stored_failure", key]
    case .attachment(let attachment):
      return [
        "attachment", attachment.key, attachment.request, attachment.token, attachment.card,
        attachment.state.rawValue, attachment.declineCode,
      ]
    case .charge(let kept):
      let charge = kept.charge
      return ["charge", kept.key, kept.request, kept.card, charge.id, charge.rechargeID.value]
        + charge.amount.fields + charge.status.fields
    case .refund(let kept):
      let refund = kept.refund
      return ["refund", kept.request, refund.id, refund.key, refund.chargeID]
        + refund.amount.fields + refund.status.fields
    case .dispute(let dispute):
      return ["dispute", dispute.id.value, dispute.chargeID] + dispute.amount.fields + [dispute.state.field]
    }
  }
}

/// The fields of a line, in order.
private struct Fields {
  private var rest: ArraySlice<Substring>

  init(_ line: String) { rest = line.split(separator: "\t", omittingEmptySubsequences: false)[...] }

  var isEmpty: Bool { rest.isEmpty }

  mutating func next() -> String? { rest.popFirst().map { String($0).unescaped } }

  mutating func nextPair() -> (String, String)? {
    guard let first = next(), let second = next() else { return nil }
    return (first, second)
  }

  mutating func nextMoney() -> Money? {
    guard let micros = next().flatMap({ Int64($0) }), let currency = next().flatMap(Currency.init(code:)) else {
      return nil
    }
    return Money(micros: micros, currency: currency)
  }
}

extension KeptSetup {
  fileprivate init?(_ fields: inout Fields) {
    guard let (key, walletID) = fields.nextPair(), let (id, clientSecret) = fields.nextPair() else { return nil }
    self.init(key: key, walletID: walletID, setup: CardSetup(id: id, clientSecret: clientSecret))
  }
}

extension Attachment {
  fileprivate init?(_ fields: inout Fields) {
    guard let key = fields.next(), let request = fields.next(), let token = fields.next(), let card = fields.next(),
      let state = fields.next().flatMap(State.init(rawValue:)), let declineCode = fields.next()
    else { return nil }
    self.init(key: key, request: request, token: token, card: card, state: state, declineCode: declineCode)
  }
}

extension KeptCharge {
  fileprivate init?(_ fields: inout Fields) {
    guard let key = fields.next(), let request = fields.next(), let card = fields.next(), let id = fields.next(),
      let rechargeID = fields.next(), let amount = fields.nextMoney(),
      let status = ChargeResult.Status(&fields)
    else { return nil }
    let charge = ChargeResult(id: id, rechargeID: RechargeID(rechargeID), amount: amount, status: status)
    self.init(key: key, request: request, card: card, charge: charge)
  }
}

extension KeptRefund {
  fileprivate init?(_ fields: inout Fields) {
    guard let request = fields.next(), let id = fields.next(), let key = fields.next(), let chargeID = fields.next(),
      let amount = fields.nextMoney(), let status = RefundResult.Status(&fields)
    else { return nil }
    let refund = RefundResult(id: id, key: key, chargeID: chargeID, amount: amount, status: status)
    self.init(request: request, refund: refund)
  }
}

extension ForeignRefund {
  fileprivate init?(_ fields: inout Fields) {
    guard let (id, chargeID) = fields.nextPair(), let amount = fields.nextMoney(),
      let status = RefundResult.Status(&fields)
    else { return nil }
    self.init(id: id, chargeID: chargeID, amount: amount, status: status)
  }
}

extension UnclassifiedEvent {
  fileprivate init?(_ fields: inout Fields) {
    guard let (type, objectID) = fields.nextPair(), let chargeID = fields.next() else { return nil }
    self.init(type: type, objectID: objectID, chargeID: chargeID.isEmpty ? nil : chargeID)
  }
}

extension DisputeResult {
  fileprivate init?(_ fields: inout Fields) {
    guard let id = fields.next(), let chargeID = fields.next(), let amount = fields.nextMoney(),
      let state = fields.next().flatMap(DisputeState.init(field:))
    else { return nil }
    self.init(id: DisputeID(id), chargeID: chargeID, amount: amount, state: state)
  }
}

extension Money {
  var fields: [String] { [String(micros), currency.code] }
}

extension ChargeResult.Status {
  var fields: [String] {
    switch self {
    case .processing: ["processing", ""]
    case .paid: ["paid", ""]
    case .declined(let code): ["declined", code]
    case .authenticationRequired(let url): ["authentication_required", url]
    case .cancelled: ["cancelled", ""]
    }
  }

  fileprivate init?(_ fields: inout Fields) {
    guard let name = fields.next(), let argument = fields.next() else { return nil }
    switch name {
    case "processing": self = .processing
    case "paid": self = .paid
    case "declined": self = .declined(code: argument)
    case "authentication_required": self = .authenticationRequired(url: argument)
    case "cancelled": self = .cancelled
    default: return nil
    }
  }
}

extension RefundResult.Status {
  var fields: [String] {
    switch self {
    case .processing: ["processing", ""]
    case .refunded: ["refunded", ""]
    case .failed(let code): ["failed", code]
    }
  }

  fileprivate init?(_ fields: inout Fields) {
    guard let name = fields.next(), let code = fields.next() else { return nil }
    switch name {
    case "processing": self = .processing
    case "refunded": self = .refunded
    case "failed": self = .failed(code: code)
    default: return nil
    }
  }
}

extension DisputeState {
  var field: String {
    switch self {
    case .opened: "opened"
    case .won: "won"
    case .lost: "lost"
    }
  }

  fileprivate init?(field: String) {
    guard let state = Self.allCases.first(where: { $0.field == field }) else { return nil }
    self = state
  }
}

extension String {
  /// Replaces characters that would end a field or a line by `%xx`.
  var escaped: String {
    var escaped = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\t": escaped += "%09"
      case "\n": escaped += "%0a"
      case "%": escaped += "%25"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  fileprivate var unescaped: String {
    guard contains("%") else { return self }
    var unescaped = ""
    var rest = self[...]
    while let percent = rest.unicodeScalars.firstIndex(of: "%") {
      unescaped += rest[..<percent]
      let code = rest[percent...].dropFirst().prefix(2)
      unescaped += code == "09" ? "\t" : code == "0a" ? "\n" : "%"
      rest = rest[percent...].dropFirst(3)
    }
    return unescaped + rest
  }
}
