import Ledger
import Testing

private typealias Event = SettlementMachine<RechargeRefund>.Event
private typealias Action = SettlementMachine<RechargeRefund>.Action
private typealias Records = SettlementSubjects

extension SettlementMachine<RechargeRefund>.Event {
  fileprivate static let missing = record(nil)
  fileprivate static let open = record(Records.refund())
  fileprivate static let refunded = record(Records.refund(.refunded))
  fileprivate static let failed = record(Records.refund(.failed))
  fileprivate static let inReview = record(Records.refund(.needsReview))
  fileprivate static let refused = refused(reason: "refund rfd_1 is FAILED")

  fileprivate static let refundProcessing = response(.refund(Records.refund(.processing)))
  fileprivate static let refundMade = response(.refund(Records.refund(.refunded)))
  fileprivate static let refundFailed = response(.refund(Records.refund(.failed(code: "expired_or_canceled_card"))))
  fileprivate static let anotherRefund = response(.refund(Records.refund(.refunded, key: "credits-rfd_2")))
  fileprivate static let anotherCharges = response(.refund(Records.refund(.refunded, chargeID: "ch_2")))
  fileprivate static let anotherAmount = response(.refund(Records.refund(.refunded, amount: usd(3))))
  fileprivate static let charge = response(.charge(Records.charge(.paid)))
  fileprivate static let attached = response(.attached(Records.attachment))
  fileprivate static let detached = response(.detached)
  fileprivate static let notFound = response(.notFound)
  fileprivate static let unknownToken = response(.failure(.unknownToken))
  fileprivate static let cardDeclined = response(.failure(.cardDeclined(code: "do_not_honor")))
  fileprivate static let rejected = response(.failure(.rejected("charge_already_refunded")))
  fileprivate static let timeOut = response(.failure(.outcomeUnknown("timed out")))
}

@Suite("The settlement of a refund")
struct RefundSettlementTableTests {
  private static let hour: Int64 = 3600

  private static let events: [Event] = [
    .begun, .missing, .open, .refunded, .failed, .inReview, .refused, .refundProcessing, .refundMade, .refundFailed,
    .anotherRefund, .anotherCharges, .anotherAmount, .charge, .attached, .detached, .notFound, .unknownToken,
    .cardDeclined, .rejected, .timeOut,
    .pauseEnded, .changed,
  ]

  private static func review(_ explanation: String) -> [Action] { [.commit(.needsReview(explanation: explanation))] }

  private static let outcomes: [(events: [Event], actions: [Action])] = [
    ([.refundMade], [.commit(.refunded(processorRefundID: "re_1"))]),
    ([.refundFailed], [.commit(.failed(processorRefundID: "re_1", explanation: "expired_or_canceled_card"))]),
  ]

  /// The transition of a record that has its outcome or does not exist.
  private static let closed: (events: [Event], actions: [Action]) = ([.missing, .refunded, .failed], [.finished])

  /// The transition of a record that is read in review.
  private static let reviewed: (events: [Event], actions: [Action]) = ([.inReview], [.call(.findTheRefund)])

  private static let toCalling: [Event] = [.begun, .open]
  private static let toPausing = toCalling + [.timeOut]

  private static let positions: [Position<RechargeRefund>] = [
    Position("a new machine", after: [], [([.begun], [.read])]),
    Position("reading a new record", after: [.begun], [closed, reviewed, ([.open], [.call(.createTheRefund)])]),
    Position(
      "reading a record after a restart",
      isNew: false,
      after: [.begun],
      [closed, reviewed, ([.open], [.call(.findTheRefund)])]
    ),
    Position(
      "reading a record that is an hour old, though it was never asked about",
      after: [.begun],
      at: hour,
      [closed, reviewed, ([.open], [.call(.findTheRefund)])]
    ),
    Position(
      "refunding",
      after: toCalling,
      outcomes + [
        ([.rejected], [.commit(.failed(processorRefundID: nil, explanation: "charge_already_refunded"))]),
        ([.timeOut], Action.retry("timed out")),
        ([.refundProcessing], Action.retry("the processor is still working")),
        (
          [.anotherRefund, .anotherCharges, .anotherAmount], Action.retry("the processor answered with another refund")
        ),
        (
          [.charge, .attached, .detached, .notFound, .unknownToken, .cardDeclined],
          Action.retry("the processor answered another question")
        ),
      ]
    ),
    Position(
      "waiting to ask again",
      after: toPausing,
      [([.pauseEnded], [.call(.findTheRefund)]), ([.changed], [.read])]
    ),
    Position(
      "looking up the refund",
      after: toPausing + [.pauseEnded],
      outcomes + [
        ([.notFound], [.call(.createTheRefund)]),
        ([.timeOut], Action.retry("timed out", after: 2)),
        ([.unknownToken], Action.retry("the processor knows no such token", after: 2)),
        ([.cardDeclined], Action.retry("the card is declined: do_not_honor", after: 2)),
        ([.rejected], Action.retry("refused: charge_already_refunded", after: 2)),
        ([.refundProcessing], Action.retry("the processor is still working", after: 2)),
        (
          [.anotherRefund, .anotherCharges, .anotherAmount],
          Action.retry("the processor answered with another refund", after: 2)
        ),
        ([.charge, .attached, .detached], Action.retry("the processor answered another question", after: 2)),
      ]
    ),
    Position(
      "looking up the refund when the hour ends",
      after: toPausing + [.pauseEnded],
      at: hour - 1,
      then: hour,
      outcomes + [
        ([.notFound], review("unknown for an hour: the processor knows of no refund")),
        ([.timeOut], review("unknown for an hour: timed out")),
        ([.unknownToken], review("unknown for an hour: the processor knows no such token")),
        ([.cardDeclined], review("unknown for an hour: the card is declined: do_not_honor")),
        ([.rejected], review("unknown for an hour: refused: charge_already_refunded")),
        ([.refundProcessing], review("unknown for an hour: the processor is still working")),
        (
          [.anotherRefund, .anotherCharges, .anotherAmount],
          review("unknown for an hour: the processor answered with another refund")
        ),
        ([.charge, .attached, .detached], review("unknown for an hour: the processor answered another question")),
      ]
    ),
    Position(
      "refunding again, after an attempt whose outcome is unknown",
      after: toPausing + [.pauseEnded, .notFound],
      outcomes + [
        ([.rejected], review("refused after an attempt whose outcome is unknown: refused: charge_already_refunded")),
        ([.timeOut], Action.retry("timed out", after: 2)),
        ([.refundProcessing], Action.retry("the processor is still working", after: 2)),
        (
          [.anotherRefund, .anotherCharges, .anotherAmount],
          Action.retry("the processor answered with another refund", after: 2)
        ),
        (
          [.charge, .attached, .detached, .notFound, .unknownToken, .cardDeclined],
          Action.retry("the processor answered another question", after: 2)
        ),
      ]
    ),
    Position(
      "looking up a refund in review",
      isNew: false,
      after: [.begun, .inReview],
      at: hour,
      outcomes + [
        (
          [
            .refundProcessing, .anotherRefund, .anotherCharges, .anotherAmount, .charge, .attached, .detached,
            .notFound,
            .unknownToken, .cardDeclined, .rejected, .timeOut,
          ],
          [.wait(.seconds(60))]
        )
      ]
    ),
    Position(
      "waiting in review",
      isNew: false,
      after: [.begun, .inReview, .notFound],
      at: hour,
      [([.pauseEnded, .changed], [.read])]
    ),
    Position(
      "recording the outcome",
      after: toCalling + [.refundMade],
      [
        ([.missing], [.finished]),
        ([.refunded, .failed], [.report(.settled), .finished]),
        ([.inReview], [.report(.needsReview), .wait(.seconds(60))]),
        ([.open], [.report(.settled), .call(.findTheRefund)]),
        ([.refused], [.report(.contradiction(reason: "refund rfd_1 is FAILED")), .read]),
      ]
    ),
    Position(
      "reading what the ledger has instead",
      after: toCalling + [.refundMade, .refused],
      [closed, reviewed, ([.open], [.call(.findTheRefund)])]
    ),
    Position("finished without a record", after: [.begun, .missing], []),
    Position("finished with an outcome", after: toCalling + [.refundMade, .refunded], []),
    Position(
      "waiting after it has come into review",
      after: toCalling + [.refundMade, .inReview],
      [([.pauseEnded, .changed], [.read])]
    ),
  ]

  @Test("takes one step for each event, in every state", arguments: positions)
  func table(position: Position<RechargeRefund>) { position.check(Self.events) }

  @Test(
    "ends from every state in bounded time, by itself or by one command of a person, whatever the processor does",
    arguments: positions,
    SimulatedCardProcessor.World.all
  )
  func ends(position: Position<RechargeRefund>, world: SimulatedCardProcessor.World) throws {
    try position.checkEnd(world)
  }
}
