import Ledger

/// The simulated processor's books as they are now, for whoever compares them with others.
package struct BookListing: Sendable {
  /// A line each for charges, refunds and disputes, in the order of their ids, with tabs between the fields:
  ///
  ///     charge   ID  RECHARGE  MICROS  CURRENCY  STATUS  DECLINE CODE OR URL
  ///     refund   ID  CHARGE    MICROS  CURRENCY  STATUS  FAILURE CODE
  ///     dispute  ID  CHARGE    MICROS  CURRENCY  STATE
  package let lines: [String]

  /// Reads the file as it is, also while a processor writes it; a line that is being written does not count yet.
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
    lines = (charges + refunds + disputes).map { $0.map(\.escaped).joined(separator: "\t") }
  }
}
