package import Ledger

/// A recharge's place in its wallet's list, which is ordered by creation time, then by id.
package struct RechargePlace: Hashable, Sendable {
  package let createTime: LedgerTime
  package let id: RechargeID

  package init(createTime: LedgerTime, id: RechargeID) {
    self.createTime = createTime
    self.id = id
  }
}

/// What a store keeps about a refund of a recharge, besides its records.
package struct RechargeRefundRow: Hashable, Sendable {
  package var id: RechargeRefundID
  package var rechargeID: RechargeID
  package var walletID: WalletID
  /// The number of the record of the refund's last transition.
  package var record: Int64
  package var state: RechargeRefundState
  /// In micros.
  package var amount: Int64
  package var processorRefundID: String?
  package var explanation: String?
  package var createTime: LedgerTime
  package var updateTime: LedgerTime

  package init(
    id: RechargeRefundID,
    rechargeID: RechargeID,
    walletID: WalletID,
    record: Int64,
    state: RechargeRefundState,
    amount: Int64,
    processorRefundID: String?,
    explanation: String?,
    createTime: LedgerTime,
    updateTime: LedgerTime
  ) {
    self.id = id
    self.rechargeID = rechargeID
    self.walletID = walletID
    self.record = record
    self.state = state
    self.amount = amount
    self.processorRefundID = processorRefundID
    self.explanation = explanation
    self.createTime = createTime
    self.updateTime = updateTime
  }

  /// The row of `refund` after `record`.
  package init(_ refund: RechargeRefund, record: Int64) {
    self.init(
      id: refund.id,
      rechargeID: refund.rechargeID,
      walletID: refund.walletID,
      record: record,
      state: refund.state,
      amount: refund.amount.micros,
      processorRefundID: refund.processorRefundID,
      explanation: refund.explanation,
      createTime: refund.createTime,
      updateTime: refund.updateTime
    )
  }
}

/// What a store keeps about a dispute, besides its records.
package struct DisputeRow: Hashable, Sendable {
  package var id: DisputeID
  package var rechargeID: RechargeID
  package var walletID: WalletID
  /// The number of the dispute's last record.
  package var record: Int64
  package var state: DisputeState
  /// In micros.
  package var amount: Int64
  package var createTime: LedgerTime
  package var updateTime: LedgerTime

  package init(
    id: DisputeID,
    rechargeID: RechargeID,
    walletID: WalletID,
    record: Int64,
    state: DisputeState,
    amount: Int64,
    createTime: LedgerTime,
    updateTime: LedgerTime
  ) {
    self.id = id
    self.rechargeID = rechargeID
    self.walletID = walletID
    self.record = record
    self.state = state
    self.amount = amount
    self.createTime = createTime
    self.updateTime = updateTime
  }

  /// The row of `dispute` after `record`.
  package init(_ dispute: Dispute, record: Int64) {
    self.init(
      id: dispute.id,
      rechargeID: dispute.rechargeID,
      walletID: dispute.walletID,
      record: record,
      state: dispute.state,
      amount: dispute.amount.micros,
      createTime: dispute.createTime,
      updateTime: dispute.updateTime
    )
  }
}
