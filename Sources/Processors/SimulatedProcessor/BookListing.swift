import Ledger

/// A listing of the simulated processor's books, for comparison with other records.
package struct BookListing: Sendable {
  /// One line for each charge, refund and dispute, sorted by id within each kind, with fields separated by tabs. A foreign
  /// refund was made at the processor, without the ledger.
  ///
  ///     charge          ID  RECHARGE  MICROS  CURRENCY  STATUS  DECLINE CODE OR URL
  ///     refund          ID  CHARGE    MICROS  CURRENCY  STATUS  FAILURE CODE
  ///     foreign_refund  ID  CHARGE    MICROS  CURRENCY  STATUS  FAILURE CODE
  ///     dispute         ID  CHARGE    MICROS  CURRENCY  STATE
  package let lines: [String]

  /// Reads the books, even while a processor writes them. Ignores an incomplete last line.
  package init(path: String) throws {
    var books = Books()
    try RecordLog.read(path: path) { books.apply($0) }
    let charges = books.charges.values.map(\.charge).sorted { $0.id < $1.id }.map { charge in
      ["charge", charge.id, charge.rechargeID.value] + charge.amount.fields + charge.status.fields
    }
    let refunds = books.refunds.values.map(\.refund).sorted { $0.id < $1.id }.map { refund in
      ["refund", refund.id, refund.chargeID] + refund.amount.fields + refund.status.fields
    }
    let disputes = books.disputes.values.sorted { $0.id.value < $1.id.value }.map { dispute in
      ["dispute", dispute.id.value, dispute.chargeID] + dispute.amount.fields + [dispute.state.field]
    }
    let foreignRefunds = books.foreignRefunds.values.sorted { $0.id < $1.id }.map { refund in
      ["foreign_refund", refund.id, refund.chargeID] + refund.amount.fields + refund.status.fields
    }
    lines = (charges + refunds + foreignRefunds + disputes).map { $0.map(\.escaped).joined(separator: "\t") }
  }
}
