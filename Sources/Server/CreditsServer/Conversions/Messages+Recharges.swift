import CreditsAPI
import Ledger

extension CreditsAPI.Recharge {
  init(_ recharge: Ledger.Recharge) {
    let isDeclined = recharge.state == .declined
    self.init(
      rechargeID: recharge.id.value,
      walletID: recharge.walletID.value,
      amount: CreditsAPI.Money(recharge.amount),
      state: State(recharge.state),
      declineCode: isDeclined ? recharge.explanation ?? "" : "",
      paymentMethod: CreditsAPI.PaymentMethod(recharge.paymentMethod),
      entryID: recharge.entryID?.description ?? "",
      createTime: Timestamp(recharge.createTime),
      updateTime: Timestamp(recharge.updateTime),
      nextActionURL: recharge.nextActionURL ?? "",
      explanation: isDeclined ? "" : recharge.explanation ?? "",
      purpose: Purpose(recharge.purpose),
      processorChargeID: recharge.processorChargeID ?? ""
    )
  }
}

extension CreditsAPI.Recharge.Purpose {
  fileprivate init(_ purpose: RechargePurpose) {
    self =
      switch purpose {
      case .recharge: .manual
      case .changeCard: .changeCard
      case .autoRecharge: .automatic
      }
  }
}

extension CreditsAPI.Recharge.State {
  init(_ state: RechargeState) {
    self =
      switch state {
      case .processing: .processing
      case .paid: .paid
      case .declined: .declined
      case .authenticationRequired: .authenticationRequired
      case .failed: .failed
      case .needsReview: .needsReview
      }
  }
}

extension CreditsAPI.RechargeRefund {
  init(_ refund: Ledger.RechargeRefund) {
    let state: State =
      switch refund.state {
      case .processing: .processing
      case .refunded: .refunded
      case .failed: .failed
      case .needsReview: .needsReview
      }
    self.init(
      refundID: refund.id.value,
      rechargeID: refund.rechargeID.value,
      walletID: refund.walletID.value,
      amount: CreditsAPI.Money(refund.amount),
      state: state,
      explanation: refund.explanation ?? "",
      createTime: Timestamp(refund.createTime),
      updateTime: Timestamp(refund.updateTime),
      memo: refund.memo,
      processorRefundID: refund.processorRefundID ?? ""
    )
  }
}

extension CreditsAPI.Dispute {
  init(_ dispute: Ledger.Dispute) {
    let state: State =
      switch dispute.state {
      case .opened: .opened
      case .won: .won
      case .lost: .lost
      }
    self.init(
      disputeID: dispute.id.value,
      rechargeID: dispute.rechargeID.value,
      walletID: dispute.walletID.value,
      amount: CreditsAPI.Money(dispute.amount),
      state: state,
      createTime: Timestamp(dispute.createTime),
      updateTime: Timestamp(dispute.updateTime)
    )
  }
}
