import Ledger
import Testing

private typealias Records = SettlementSubjects

@Suite("A person's word about a record in review")
struct ReviewObjectionTests {
  private static let waits = ChargeResult.Status.authenticationRequired(url: "https://bank")

  @Test(
    "that a recharge was not paid stands unless the processor says otherwise, or cannot say it yet",
    arguments: [
      (.charge(Records.charge(.paid)), .contradicted(.paid)), (.charge(Records.charge(.processing)), .unfinished),
      (.charge(Records.charge(waits)), .unfinished), (.charge(Records.charge(.declined(code: "x"))), nil),
      (.charge(Records.charge(.cancelled)), nil), (.notFound, nil),
      (
        .charge(Records.charge(.paid, of: "rch_2")), .unanswered(reason: "the processor answered with another charge")
      ),
      (.failure(.outcomeUnknown("timed out")), .unanswered(reason: "timed out")),
    ] as [(ProcessorResponse, ReviewObjection?)]
  )
  func notPaid(response: ProcessorResponse, objection: ReviewObjection?) {
    #expect(Records.recharge(.needsReview).objectionToNoPayment(response) == objection)
  }

  @Test(
    "that a recharge was paid stands only if the processor says so",
    arguments: [
      (.charge(Records.charge(.paid)), nil), (.charge(Records.charge(.processing)), .contradicted(.processing)),
      (.charge(Records.charge(waits)), .notFound), (.charge(Records.charge(.declined(code: "x"))), .notFound),
      (.charge(Records.charge(.paid, of: "rch_2")), .notFound),
      (.charge(Records.charge(.paid, amount: usd(11))), .notFound), (.notFound, .notFound),
      (.failure(.outcomeUnknown("timed out")), .unanswered(reason: "timed out")),
    ] as [(ProcessorResponse, ReviewObjection?)]
  )
  func paid(response: ProcessorResponse, objection: ReviewObjection?) {
    #expect(Records.recharge(.needsReview).objectionToPayment(response) == objection)
  }

  @Test(
    "that a refund was not made stands unless the processor says otherwise, or cannot say it yet",
    arguments: [
      (.refund(Records.refund(.refunded)), .contradicted(.refunded)),
      (.refund(Records.refund(.processing)), .unfinished), (.refund(Records.refund(.failed(code: "x"))), nil),
      (.notFound, nil), (.failure(.outcomeUnknown("timed out")), .unanswered(reason: "timed out")),
    ] as [(ProcessorResponse, ReviewObjection?)]
  )
  func notRefunded(response: ProcessorResponse, objection: ReviewObjection?) {
    #expect(Records.refund(.needsReview).objectionToNoRefund(response) == objection)
  }

  @Test(
    "that a refund was made stands only if the processor says so, under the same id",
    arguments: [
      ("re_1", .refund(Records.refund(.refunded)), nil), ("re_2", .refund(Records.refund(.refunded)), .notFound),
      ("re_1", .refund(Records.refund(.failed(code: "x"))), .notFound),
      ("re_1", .refund(Records.refund(.processing)), .contradicted(.processing)), ("re_1", .notFound, .notFound),
      ("re_1", .refund(Records.refund(.refunded, key: "credits-rfd_2")), .notFound),
      ("re_1", .failure(.outcomeUnknown("timed out")), .unanswered(reason: "timed out")),
    ] as [(String, ProcessorResponse, ReviewObjection?)]
  )
  func refunded(id: String, response: ProcessorResponse, objection: ReviewObjection?) {
    #expect(Records.refund(.needsReview).objectionToRefund(id, response) == objection)
  }

  @Test("about a charge that waits for its cardholder is given after the charge is cancelled")
  func waiting() {
    let recharge = Records.recharge(.needsReview)
    #expect(recharge.waitsForCardholder(in: .charge(Records.charge(Self.waits))))
    for response in [.charge(Records.charge(.processing)), .charge(Records.charge(.paid)), .notFound]
      as [ProcessorResponse]
    {
      #expect(!recharge.waitsForCardholder(in: response))
    }
  }
}
