import Ledger
import Testing

private typealias Records = SettlementSubjects

@Suite("A reconciliation")
struct ReconciliationTests {
  private typealias OfRecharge = ReconciliationMachine<Recharge>
  private typealias OfRefund = ReconciliationMachine<RechargeRefund>

  private static func run<Subject: Settleable>(
    _ trigger: ReconciliationMachine<Subject>.Trigger,
    _ events: ReconciliationMachine<Subject>.Event...
  ) -> [[ReconciliationMachine<Subject>.Action]] {
    var machine = ReconciliationMachine<Subject>(trigger)
    #expect(machine.handle(.begun) == [.read])
    return events.map { machine.handle($0) }
  }

  private static func record(_ state: RechargeState) -> OfRecharge.Event {
    .record(Records.recharge(state), hasEntry: state == .paid)
  }

  @Test("of no record comes to nothing")
  func missing() {
    #expect(Self.run(.inquiry, OfRecharge.Event.record(nil, hasEntry: false)) == [[.finished(.noRecord)]])
  }

  @Test(
    "asks the processor about what is open or in review, and not about what is final",
    arguments: RechargeState.allCases
  )
  func inquiry(state: RechargeState) {
    let actions = Self.run(.inquiry, Self.record(state))
    #expect(
      actions
        == [state.isTerminal ? [.finished(.unchanged(Records.recharge(state)))] : [.call(.findTheCharge)]]
    )
  }

  @Test("asks also about what was given up where the processor reports a payment", arguments: RechargeState.allCases)
  func reportOfSuccess(state: RechargeState) {
    let actions = Self.run(.reportOfSuccess, Self.record(state))
    #expect(
      actions
        == [state == .paid ? [.finished(.unchanged(Records.recharge(state)))] : [.call(.findTheCharge)]]
    )
  }

  @Test(
    "settles an open recharge with a final answer, and with no other",
    arguments: [
      (.paid, .paid(processorChargeID: "ch_1")),
      (.declined(code: "x"), .declined(processorChargeID: "ch_1", code: "x")),
      (
        .cancelled,
        .failed(processorChargeID: "ch_1", explanation: "the cardholder did not authenticate in time")
      ),
      (.processing, nil),
      (.authenticationRequired(url: "https://bank"), nil),
    ] as [(ChargeResult.Status, Settlement?)]
  )
  func answers(status: ChargeResult.Status, settlement: Settlement?) {
    for state in [RechargeState.processing, .authenticationRequired, .needsReview] {
      let actions = Self.run(.inquiry, Self.record(state), .response(.charge(Records.charge(status))))
      #expect(
        actions.last
          == (settlement.map { [.commit($0)] } ?? [.finished(.undecided(Records.recharge(state)))])
      )
    }
  }

  @Test("leaves a recharge as it is where the processor knows nothing, or answers something else")
  func noAnswer() {
    let responses: [ProcessorResponse] = [
      .notFound, .detached, .charge(Records.charge(.paid, amount: usd(11))), .refund(Records.refund(.refunded)),
    ]
    for response in responses {
      let actions = Self.run(.inquiry, Self.record(.processing), .response(response))
      #expect(actions.last == [.finished(.undecided(Records.recharge()))])
    }
  }

  @Test("does not try again where the processor does not answer")
  func failure() {
    let failure = ProcessorFailure.outcomeUnknown("timed out")
    let actions = Self.run(.inquiry, Self.record(.processing), .response(.failure(failure)))
    #expect(actions.last == [.finished(.failed(failure))])
  }

  @Test("ends with the record as the ledger has it then")
  func committed() {
    let paid = OfRecharge.Event.response(.charge(Records.charge(.paid)))
    let settled = Self.run(.inquiry, Self.record(.processing), paid, Self.record(.paid))
    #expect(settled.last == [.report(.settled), .finished(.settled(Records.recharge(.paid)))])
    // The ledger takes no charge of another recharge for a payment.
    let reviewed = Self.run(.inquiry, Self.record(.processing), paid, Self.record(.needsReview))
    #expect(reviewed.last == [.report(.needsReview), .finished(.settled(Records.recharge(.needsReview)))])
  }

  @Test("raises an alarm where the processor contradicts what is final")
  func contradiction() {
    let actions = Self.run(
      .reportOfSuccess,
      Self.record(.failed),
      .response(.charge(Records.charge(.paid))),
      .refused(reason: "recharge rch_1 is FAILED"),
      Self.record(.failed)
    )
    #expect(
      actions.suffix(3) == [
        [.commit(.paid(processorChargeID: "ch_1"))],
        [.report(.contradiction(reason: "recharge rch_1 is FAILED")), .read],
        [.finished(.contradicted(Records.recharge(.failed)))],
      ]
    )
  }

  @Test("takes a decline of what is final for old")
  func lateDecline() {
    let declined = OfRecharge.Trigger.result(Records.charge(.declined(code: "x")))
    #expect(Self.run(declined, Self.record(.failed)) == [[.finished(.unchanged(Records.recharge(.failed)))]])
  }

  @Test(
    "settles a refund with what the processor reports, unless that is known or old",
    arguments: [
      // In words: where the refund stands, whether it was ever made, what is reported, what is committed.
      (.processing, false, .refunded, .refunded(processorRefundID: "re_1")),
      (.processing, false, .failed(code: "x"), .failed(processorRefundID: "re_1", explanation: "x")),
      (.needsReview, false, .refunded, .refunded(processorRefundID: "re_1")),
      (.refunded, true, .refunded, nil),
      (.refunded, true, .failed(code: "x"), .failed(processorRefundID: "re_1", explanation: "x")),
      (.failed, true, .refunded, nil),
      (.failed, true, .failed(code: "x"), nil),
      (.failed, false, .failed(code: "x"), nil),
      // It was given up, and the money is gone: the ledger refuses it, aloud.
      (.failed, false, .refunded, .refunded(processorRefundID: "re_1")),
    ] as [(RechargeRefundState, Bool, RefundResult.Status, RefundSettlement?)]
  )
  func refunds(state: RechargeRefundState, hasEntry: Bool, status: RefundResult.Status, settlement: RefundSettlement?) {
    let refund = Records.refund(state)
    let actions = Self.run(.result(Records.refund(status)), OfRefund.Event.record(refund, hasEntry: hasEntry))
    #expect(actions == [settlement.map { [.commit($0)] } ?? [.finished(.unchanged(refund))]])
  }

  @Test("takes no report of a refund that is under way, or of another")
  func undecidedRefund() {
    let refund = Records.refund()
    for result in [Records.refund(.processing), Records.refund(.refunded, chargeID: "ch_2")] {
      let actions = Self.run(.result(result), OfRefund.Event.record(refund, hasEntry: false))
      #expect(actions == [[.finished(.undecided(refund))]])
    }
  }

  @Test("does nothing with an event that it does not wait for")
  func otherEvents() {
    let paid = OfRecharge.Event.response(.charge(Records.charge(.paid)))
    let refused = OfRecharge.Event.refused(reason: "x")
    let open = Self.record(.processing)
    let paths: [([OfRecharge.Event], unexpected: [OfRecharge.Event])] = [
      ([], [open, paid, refused]),
      ([.begun], [.begun, paid, refused]),
      ([.begun, open], [.begun, open, refused]),
      ([.begun, open, paid], [.begun, paid]),
      ([.begun, open, paid, refused], [.begun, paid, refused]),
      ([.begun, open, paid, Self.record(.paid)], [.begun, open, paid, refused]),
    ]
    for (path, unexpected) in paths {
      var machine = OfRecharge(.inquiry)
      for event in path { _ = machine.handle(event) }
      for event in unexpected { #expect(machine.handle(event) == []) }
    }
  }
}
