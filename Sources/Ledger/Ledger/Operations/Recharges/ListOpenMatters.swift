/// Lists the work that waits for the processor or for a person. A starting worker resumes it.
package struct ListOpenMatters: Question {
  package init() {}

  package func addNeeds(to needs: inout Needs) { needs.openMatters = true }

  package func answer(from state: LedgerState, as context: QuestionContext) throws(Refusal) -> OpenMatters {
    OpenMatters(
      recharges: state.openRecharges.compactMap { state.recharges[$0]?.recharge }
        .sorted { ($0.createTime, $0.id.value) < ($1.createTime, $1.id.value) },
      refunds: state.openRefunds.compactMap { state.refunds[$0]?.refund }
        .sorted { ($0.createTime, $0.id.value) < ($1.createTime, $1.id.value) },
      removedPaymentMethods: state.removedPaymentMethods.compactMap { state.paymentMethods[$0] }
        .sorted { ($0.createTime, $0.id.value) < ($1.createTime, $1.id.value) },
      unreadable: (state.openRecharges.filter { state.recharges[$0] == nil }.map(\.value)
        + state.openRefunds.filter { state.refunds[$0] == nil }.map(\.value)
        + state.removedPaymentMethods.filter { state.paymentMethods[$0] == nil }.map(\.value)).sorted()
    )
  }
}

/// Recharges, refunds and removals that are not final. Each list is in order of creation.
package struct OpenMatters: Hashable, Sendable {
  package var recharges: [Recharge]
  package var refunds: [RechargeRefund]
  /// Cards that are still to be detached at the processor.
  package var removedPaymentMethods: [PaymentMethod]
  /// The ids of open items that are damaged.
  package var unreadable: [String]

  package init(
    recharges: [Recharge] = [],
    refunds: [RechargeRefund] = [],
    removedPaymentMethods: [PaymentMethod] = [],
    unreadable: [String] = []
  ) {
    self.recharges = recharges
    self.refunds = refunds
    self.removedPaymentMethods = removedPaymentMethods
    self.unreadable = unreadable
  }
}
