import Ledger
import Testing

private typealias Records = SettlementSubjects

@Suite("A reconciliation")
struct ReconciliationTests {
  typealias OfRecharge = ReconciliationMachine<Recharge>
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

  @Test("of a missing record has no effect")
  func missing() {
    #expect(Self.run(.inquiry, OfRecharge.Event.record(nil, hasEntry: false)) == [[.finished(.noRecord)]])
  }

  @Test(
    "looks up records that are open or in review, and not final ones, if the processor reports a change",
    arguments: RechargeState.allCases
  )
  func reportOfChange(state: RechargeState) {
    let actions = Self.run(.reportOfChange, Self.record(state))
    #expect(
      actions
        == [state.isTerminal ? [.finished(.unchanged(Records.recharge(state)))] : [.call(.findTheCharge)]]
    )
  }

  @Test(
    "also looks up records that were given up if a caller asks or the processor reports a payment",
    arguments: RechargeState.allCases,
    [OfRecharge.Trigger.inquiry, .reportOfSuccess]
  )
  func givenUp(state: RechargeState, trigger: OfRecharge.Trigger) {
    let actions = Self.run(trigger, Self.record(state))
    #expect(
      actions
        == [state == .paid ? [.finished(.unchanged(Records.recharge(state)))] : [.call(.findTheCharge)]]
    )
  }

  @Test("of a record that was given up does not fail because the processor does not answer")
  func givenUpWithoutAnswer() {
    let failure = OfRecharge.Event.response(.failure(.outcomeUnknown("timed out")))
    let asked = Self.run(.inquiry, Self.record(.failed), failure)
    #expect(asked.last == [.finished(.unchanged(Records.recharge(.failed)))])
    // An event has to be delivered again.
    let reported = Self.run(.reportOfSuccess, Self.record(.failed), failure)
    #expect(reported.last == [.finished(.failed(.outcomeUnknown("timed out")))])
  }

  @Test("credits a record that was given up and is paid", arguments: [RechargeState.failed, .declined])
  func paidAfterAll(state: RechargeState) {
    let paid = OfRecharge.Event.response(.charge(Records.charge(.paid)))
    let actions = Self.run(.reportOfSuccess, Self.record(state), paid, Self.record(.paid))
    #expect(
      actions.suffix(2) == [
        [.commit(.paid(processorChargeID: "ch_1"))],
        [.report(.settled), .finished(.settled(Records.recharge(.paid)))],
      ]
    )
  }

  @Test("cancels only the charge of a recharge that waits for its cardholder", arguments: RechargeState.allCases)
  func cancellation(state: RechargeState) {
    let actions = Self.run(.cancellation, Self.record(state))
    #expect(
      actions == [
        state == .authenticationRequired
          ? [.call(.cancelTheCharge)] : [.finished(.unchanged(Records.recharge(state)))]
      ]
    )
  }

  @Test(
    "commits what became of a cancelled charge, and fails if it cannot be cancelled",
    arguments: [
      (
        .charge(Records.charge(.cancelled)),
        .commit(
          .failed(
            processorChargeID: "ch_1",
            explanation: "the cardholder has not authenticated, and the charge was cancelled"
          )
        )
      ),
      (.charge(Records.charge(.paid)), .commit(.paid(processorChargeID: "ch_1"))),
      (.charge(Records.charge(.processing)), .finished(.undecided(Records.recharge(.authenticationRequired)))),
      (
        .charge(Records.charge(.authenticationRequired(url: "https://bank"))),
        .finished(.failed(.outcomeUnknown("the processor still waits for the cardholder")))
      ),
      (.notFound, .finished(.failed(.outcomeUnknown("the processor knows of no charge")))),
      (.failure(.rejected("no")), .finished(.failed(.rejected("no")))),
    ] as [(ProcessorResponse, OfRecharge.Action)]
  )
  func cancelled(response: ProcessorResponse, action: OfRecharge.Action) {
    let actions = Self.run(.cancellation, Self.record(.authenticationRequired), .response(response))
    #expect(actions.last == [action])
  }

  @Test(
    "settles an open recharge only with a final result",
    arguments: [
      (.paid, .paid(processorChargeID: "ch_1")),
      (.declined(code: "x"), .declined(processorChargeID: "ch_1", code: "x")),
      (
        .cancelled,
        .failed(
          processorChargeID: "ch_1",
          explanation: "the cardholder has not authenticated, and the charge was cancelled"
        )
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

  @Test("leaves a recharge unchanged if the processor finds nothing or responds about something else")
  func noAnswer() {
    let responses: [ProcessorResponse] = [
      .notFound, .detached, .charge(Records.charge(.paid, amount: usd(11))), .refund(Records.refund(.refunded)),
    ]
    for response in responses {
      let actions = Self.run(.inquiry, Self.record(.processing), .response(response))
      #expect(actions.last == [.finished(.undecided(Records.recharge()))])
    }
  }

  @Test("does not retry if the processor does not answer")
  func failure() {
    let failure = ProcessorFailure.outcomeUnknown("timed out")
    let actions = Self.run(.inquiry, Self.record(.processing), .response(.failure(failure)))
    #expect(actions.last == [.finished(.failed(failure))])
  }

  @Test("ends with the ledger's latest record")
  func committed() {
    let paid = OfRecharge.Event.response(.charge(Records.charge(.paid)))
    let settled = Self.run(.inquiry, Self.record(.processing), paid, Self.record(.paid))
    #expect(settled.last == [.report(.settled), .finished(.settled(Records.recharge(.paid)))])
    // The ledger does not accept the charge of another recharge as payment.
    let reviewed = Self.run(.inquiry, Self.record(.processing), paid, Self.record(.needsReview))
    #expect(reviewed.last == [.report(.needsReview), .finished(.settled(Records.recharge(.needsReview)))])
  }

  @Test("raises an alarm if the processor contradicts a final record")
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

  @Test("ignores a decline of a final record as stale")
  func lateDecline() {
    let declined = OfRecharge.Trigger.result(Records.charge(.declined(code: "x")))
    #expect(Self.run(declined, Self.record(.failed)) == [[.finished(.unchanged(Records.recharge(.failed)))]])
  }

  @Test(
    "settles a refund with what the processor reports, unless that is known or stale",
    arguments: [
      // The refund's state, whether it was ever made, the reported status, and the committed outcome.
      (.processing, false, .refunded, .refunded(processorRefundID: "re_1")),
      (.processing, false, .failed(code: "x"), .failed(processorRefundID: "re_1", explanation: "x")),
      (.needsReview, false, .refunded, .refunded(processorRefundID: "re_1")),
      (.refunded, true, .refunded, nil),
      (.refunded, true, .failed(code: "x"), .failed(processorRefundID: "re_1", explanation: "x")),
      (.failed, true, .refunded, nil),
      (.failed, true, .failed(code: "x"), nil),
      (.failed, false, .failed(code: "x"), nil),
    ] as [(RechargeRefundState, Bool, RefundResult.Status, RefundSettlement?)]
  )
  func refunds(state: RechargeRefundState, hasEntry: Bool, status: RefundResult.Status, settlement: RefundSettlement?) {
    let refund = Records.refund(state)
    let actions = Self.run(.report(Records.refund(status)), OfRefund.Event.record(refund, hasEntry: hasEntry))
    #expect(actions == [settlement.map { [.commit($0)] } ?? [.finished(.unchanged(refund))]])
  }

  @Test("looks up a refund that was given up before it takes a report for true that it was made")
  func refundMadeAfterAll() {
    let failed = OfRefund.Event.record(Records.refund(.failed), hasEntry: false)
    let report = OfRefund.Trigger.report(Records.refund(.refunded))
    #expect(Self.run(report, failed) == [[.call(.findTheRefund)]])
    let made = Self.run(report, failed, .response(.refund(Records.refund(.refunded))))
    #expect(made.last == [.commit(.refunded(processorRefundID: "re_1"))])
    // The report was stale.
    let returned = Self.run(report, failed, .response(.refund(Records.refund(.failed(code: "x")))))
    #expect(returned.last == [.finished(.unchanged(Records.refund(.failed)))])
  }

  @Test("ignores a report of a refund that is under way, or of another refund")
  func undecidedRefund() {
    let refund = Records.refund()
    for result in [Records.refund(.processing), Records.refund(.refunded, chargeID: "ch_2")] {
      let actions = Self.run(.report(result), OfRefund.Event.record(refund, hasEntry: false))
      #expect(actions == [[.finished(.undecided(refund))]])
    }
  }

  @Test("ignores an event that it does not wait for")
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
