import Ledger
import Testing

private typealias Event = SettlementMachine<Recharge>.Event
private typealias Action = SettlementMachine<Recharge>.Action
private typealias Records = SettlementSubjects

@Suite("The settlement of a recharge")
struct RechargeSettlementTableTests {
  private static let hour: Int64 = 3600

  private static let events: [Event] = [
    .begun, .missing, .unattached, .open, .awaiting, .paid, .failed, .inReview, .refused, .chargeProcessing,
    .chargePaid, .chargeDeclined, .chargeWaits, .chargeCancelled, .anotherCharge, .anotherAmount, .attached, .detached,
    .refund,
    .notFound, .unknownToken, .cardDeclined, .rejected, .timeOut, .pauseEnded, .changed,
  ]

  private static let positions: [Position<Recharge>] = [
    Position("a new machine", after: [], [([.begun], [.read])]),

    Position(
      "reading a new record",
      after: [.begun],
      [
        closed, reviewed,
        ([.unattached], [.call(.attachNewCard)]),
        ([.open], [.call(.createTheCharge)]),
        ([.awaiting], [.call(.findTheCharge)]),
      ]
    ),
    Position(
      "reading a record after a restart",
      isNew: false,
      after: [.begun],
      [
        closed, reviewed,
        // A card that is not attached is never charged.
        ([.unattached], [.call(.attachNewCard)]),
        ([.open], [.call(.findTheCharge)]),
        ([.awaiting], [.call(.findTheCharge)]),
      ]
    ),
    Position(
      "reading a record when its hour is over",
      isNew: false,
      after: [.begun],
      at: hour,
      [
        closed, reviewed,
        ([.unattached], [.commit(notPrepared)]),
        ([.open], [.call(.findTheCharge)]),
        ([.awaiting], [.call(.cancelTheCharge)]),
      ]
    ),
    Position(
      "reading a record that is an hour old, though it was never asked about",
      after: [.begun],
      at: hour,
      [
        closed, reviewed,
        (
          [.unattached],
          [.commit(notPrepared)]
        ),
        ([.open], [.call(.findTheCharge)]),
        ([.awaiting], [.call(.cancelTheCharge)]),
      ]
    ),

    Position(
      "attaching the card",
      after: [.begun, .unattached],
      [
        ([.attached], [.commitPreparation(Records.attachment)]),
        ([.unknownToken], [.commit(unknownToken)]),
        ([.cardDeclined], [.commit(cardDeclined)]),
        ([.rejected], [.commit(rejected)]),
        ([.timeOut], Action.retry("timed out")),
        (
          [
            .chargeProcessing, .chargePaid, .chargeDeclined, .chargeWaits, .chargeCancelled, .anotherCharge,
            .anotherAmount, .detached,
            .refund, .notFound,
          ],
          Action.retry("the processor answered another question")
        ),
      ]
    ),
    Position(
      "waiting to attach the card again",
      after: [.begun, .unattached, .timeOut],
      [([.pauseEnded], [.call(.attachNewCard)]), ([.changed], [.read])]
    ),
    Position(
      "waiting to attach the card when the hour ends",
      after: [.begun, .unattached, .timeOut],
      at: hour - 1,
      then: hour,
      [
        (
          [.pauseEnded],
          [.commit(notPrepared)]
        ),
        ([.changed], [.read]),
      ]
    ),
    Position(
      "recording the attached card",
      isNew: false,
      after: [.begun, .unattached, .attached],
      [
        closed, reviewed,
        ([.unattached], [.call(.attachNewCard)]),
        ([.open], [.call(.createTheCharge)]),
        ([.awaiting], [.call(.findTheCharge)]),
        ([.refused], review("the recharge ended while its card was made ready")),
      ]
    ),

    Position(
      "charging",
      after: toCalling,
      outcomes + [
        ([.chargeWaits], [.commit(waits)]),
        ([.unknownToken], [.commit(unknownToken)]),
        ([.cardDeclined], [.commit(cardDeclined)]),
        ([.rejected], [.commit(rejected)]),
        ([.timeOut], Action.retry("timed out")),
        ([.chargeProcessing], Action.retry("the processor is still working")),
        ([.anotherCharge, .anotherAmount], Action.retry("the processor answered with another charge")),
        ([.attached, .detached, .refund, .notFound], Action.retry("the processor answered another question")),
      ]
    ),
    Position(
      "charging again, after an attempt whose outcome is unknown",
      after: toPausing + [.pauseEnded, .notFound],
      outcomes + [
        ([.chargeWaits], [.commit(waits)]),
        // Nothing is known about the first attempt.
        ([.unknownToken], refusedAgain("the processor knows no such token")),
        ([.cardDeclined], refusedAgain("the card is declined: do_not_honor")),
        ([.rejected], refusedAgain("refused: amount_too_large")),
        ([.timeOut], Action.retry("timed out", after: 2)),
        ([.chargeProcessing], Action.retry("the processor is still working", after: 2)),
        ([.anotherCharge, .anotherAmount], Action.retry("the processor answered with another charge", after: 2)),
        (
          [.attached, .detached, .refund, .notFound], Action.retry("the processor answered another question", after: 2)
        ),
      ]
    ),
    Position(
      "charging after a restart, which may not be the first attempt",
      isNew: false,
      after: [.begun, .open, .notFound],
      outcomes + [
        ([.chargeWaits], [.commit(waits)]),
        ([.unknownToken], refusedAgain("the processor knows no such token")),
        ([.cardDeclined], refusedAgain("the card is declined: do_not_honor")),
        ([.rejected], refusedAgain("refused: amount_too_large")),
        ([.timeOut], Action.retry("timed out")),
        ([.chargeProcessing], Action.retry("the processor is still working")),
        ([.anotherCharge, .anotherAmount], Action.retry("the processor answered with another charge")),
        ([.attached, .detached, .refund, .notFound], Action.retry("the processor answered another question")),
      ]
    ),
    Position(
      "waiting to ask again",
      after: toPausing,
      [([.pauseEnded], [.call(.findTheCharge)]), ([.changed], [.read])]
    ),
    Position(
      "looking up the charge",
      after: toPausing + [.pauseEnded],
      outcomes + [
        ([.chargeWaits], [.commit(waits)]),
        ([.notFound], [.call(.createTheCharge)]),
        ([.timeOut], Action.retry("timed out", after: 2)),
        ([.unknownToken], Action.retry("the processor knows no such token", after: 2)),
        ([.cardDeclined], Action.retry("the card is declined: do_not_honor", after: 2)),
        ([.rejected], Action.retry("refused: amount_too_large", after: 2)),
        ([.chargeProcessing], Action.retry("the processor is still working", after: 2)),
        ([.anotherCharge, .anotherAmount], Action.retry("the processor answered with another charge", after: 2)),
        ([.attached, .detached, .refund], Action.retry("the processor answered another question", after: 2)),
      ]
    ),
    Position(
      "looking up the charge in the last seconds of the hour",
      after: toPausing + [.pauseEnded],
      at: hour - 1,
      outcomes + [
        ([.chargeWaits], [.commit(waits)]),
        ([.notFound], [.call(.createTheCharge)]),
        ([.timeOut], Action.retry("timed out")),
        ([.unknownToken], Action.retry("the processor knows no such token")),
        ([.cardDeclined], Action.retry("the card is declined: do_not_honor")),
        ([.rejected], Action.retry("refused: amount_too_large")),
        ([.chargeProcessing], Action.retry("the processor is still working")),
        ([.anotherCharge, .anotherAmount], Action.retry("the processor answered with another charge")),
        ([.attached, .detached, .refund], Action.retry("the processor answered another question")),
      ]
    ),
    Position(
      "looking up the charge when the hour ends",
      after: toPausing + [.pauseEnded],
      at: hour - 1,
      then: hour,
      outcomes + [
        ([.chargeWaits], [.commit(waits)]),
        ([.notFound], review("unknown for an hour: the processor knows of no charge")),
        ([.timeOut], review("unknown for an hour: timed out")),
        ([.unknownToken], review("unknown for an hour: the processor knows no such token")),
        ([.cardDeclined], review("unknown for an hour: the card is declined: do_not_honor")),
        ([.rejected], review("unknown for an hour: refused: amount_too_large")),
        ([.chargeProcessing], review("unknown for an hour: the processor is still working")),
        ([.anotherCharge, .anotherAmount], review("unknown for an hour: the processor answered with another charge")),
        ([.attached, .detached, .refund], review("unknown for an hour: the processor answered another question")),
      ]
    ),
    Position(
      "charging when the hour ends",
      after: toCalling,
      at: hour - 1,
      then: hour,
      outcomes + [
        ([.chargeWaits], [.commit(waits)]),
        ([.unknownToken], [.commit(unknownToken)]),
        ([.cardDeclined], [.commit(cardDeclined)]),
        ([.rejected], [.commit(rejected)]),
        ([.timeOut], Action.retry("timed out")),
        ([.chargeProcessing], Action.retry("the processor is still working")),
        ([.anotherCharge, .anotherAmount], Action.retry("the processor answered with another charge")),
        ([.attached, .detached, .refund, .notFound], Action.retry("the processor answered another question")),
      ]
    ),
    Position(
      "recording the outcome",
      after: toCalling + [.chargePaid],
      [
        ([.missing], [.finished]),
        ([.paid, .failed], [.report(.settled), .finished]),
        ([.inReview], [.report(.needsReview), .wait(.seconds(60))]),
        ([.awaiting], [.report(.settled), .call(.findTheCharge)]),
        ([.open], [.report(.settled), .call(.findTheCharge)]),
        ([.unattached], [.report(.settled), .call(.attachNewCard)]),
        ([.refused], [.report(.contradiction(reason: "recharge rch_1 is PAID")), .read]),
      ]
    ),
    Position(
      "recording that it needs review",
      after: toAwaiting + [.timeOut],
      at: hour,
      [
        ([.missing], [.finished]),
        ([.paid, .failed], [.report(.settled), .finished]),
        ([.inReview], [.report(.needsReview), .wait(.seconds(60))]),
        ([.awaiting], [.report(.settled), .call(.cancelTheCharge)]),
        ([.open], [.report(.settled), .call(.findTheCharge)]),
        ([.unattached], [.report(.settled), .commit(notPrepared)]),
        // The caller has cancelled it meanwhile, which contradicts nothing.
        ([.refused], [.read]),
      ]
    ),
    Position(
      "reading what the ledger has instead",
      after: toCalling + [.chargePaid, .refused],
      [
        closed, reviewed,
        ([.unattached], [.call(.attachNewCard)]),
        ([.open], [.call(.findTheCharge)]),
        ([.awaiting], [.call(.findTheCharge)]),
      ]
    ),

    Position(
      "asking whether the cardholder has authenticated",
      after: toAwaiting,
      outcomes + [
        (
          [
            .chargeProcessing, .chargeWaits, .anotherCharge, .anotherAmount, .attached, .detached, .refund, .notFound,
            .unknownToken,
            .cardDeclined, .rejected, .timeOut,
          ],
          [.wait(.seconds(60))]
        )
      ]
    ),
    Position(
      "asking whether the cardholder has authenticated, in the last minute",
      after: toAwaiting,
      at: hour - 20,
      outcomes + [
        (
          [
            .chargeProcessing, .chargeWaits, .anotherCharge, .anotherAmount, .attached, .detached, .refund, .notFound,
            .unknownToken,
            .cardDeclined, .rejected, .timeOut,
          ],
          [.wait(.seconds(20))]
        )
      ]
    ),
    Position(
      "asking whether the cardholder has authenticated while the hour ends",
      after: toAwaiting,
      at: hour - 1,
      then: hour,
      outcomes + [
        (
          [
            .chargeProcessing, .chargeWaits, .anotherCharge, .anotherAmount, .attached, .detached, .refund, .notFound,
            .unknownToken,
            .cardDeclined, .rejected, .timeOut,
          ],
          [.call(.cancelTheCharge)]
        )
      ]
    ),
    Position(
      "waiting for the cardholder",
      after: toAwaiting + [.chargeWaits],
      [([.pauseEnded], [.call(.findTheCharge)]), ([.changed], [.read])]
    ),
    Position(
      "waiting for the cardholder when the hour ends",
      after: toAwaiting + [.chargeWaits],
      at: hour - 1,
      then: hour,
      [([.pauseEnded], [.call(.cancelTheCharge)]), ([.changed], [.read])]
    ),
    Position(
      "cancelling the charge",
      after: toAwaiting,
      at: hour,
      outcomes + [
        ([.chargeProcessing], uncancelled("the processor is still working")),
        ([.chargeWaits], uncancelled("the processor still waits for the cardholder")),
        ([.anotherCharge, .anotherAmount], uncancelled("the processor answered with another charge")),
        ([.attached, .detached, .refund], uncancelled("the processor answered another question")),
        ([.notFound], uncancelled("the processor knows of no charge")),
        ([.timeOut], uncancelled("timed out")),
        ([.unknownToken], uncancelled("the processor knows no such token")),
        ([.cardDeclined], uncancelled("the card is declined: do_not_honor")),
        ([.rejected], uncancelled("refused: amount_too_large")),
      ]
    ),

    Position(
      "looking up a charge in review",
      isNew: false,
      after: toReview,
      at: hour,
      outcomes + [
        ([.chargeWaits], [.call(.cancelTheCharge)]),
        (
          [
            .chargeProcessing, .anotherCharge, .anotherAmount, .attached, .detached, .refund, .notFound, .unknownToken,
            .cardDeclined, .rejected, .timeOut,
          ],
          [.wait(.seconds(60))]
        ),
      ]
    ),
    Position(
      "cancelling a charge in review that waits for its cardholder",
      isNew: false,
      after: toReview + [.chargeWaits],
      at: hour,
      outcomes + [
        (
          [
            .chargeWaits, .chargeProcessing, .anotherCharge, .anotherAmount, .attached, .detached, .refund, .notFound,
            .unknownToken, .cardDeclined, .rejected, .timeOut,
          ],
          [.wait(.seconds(60))]
        )
      ]
    ),
    Position(
      "waiting in review",
      isNew: false,
      after: toReview + [.notFound],
      at: hour,
      // A person may have settled it meanwhile.
      [([.pauseEnded, .changed], [.read])]
    ),
    Position(
      "recording the outcome of a charge in review",
      isNew: false,
      after: toReview + [.chargePaid],
      at: hour,
      [
        ([.missing], [.finished]),
        ([.paid, .failed], [.report(.settled), .finished]),
        // The ledger finds it implausible, which is known already.
        ([.inReview], [.wait(.seconds(60))]),
        ([.awaiting], [.report(.settled), .call(.cancelTheCharge)]),
        ([.open], [.report(.settled), .call(.findTheCharge)]),
        ([.unattached], [.report(.settled), .commit(notPrepared)]),
        ([.refused], [.report(.contradiction(reason: "recharge rch_1 is PAID")), .wait(.seconds(60))]),
      ]
    ),

    Position(
      "reading a new record while ledger time is ahead of the host's clock",
      after: [.begun],
      isAheadOfWallClock: true,
      [
        closed, reviewed,
        ([.unattached], [.call(.attachNewCard)]),
        ([.open], [.call(.createTheCharge)]),
        ([.awaiting], [.call(.findTheCharge)]),
      ]
    ),
    Position(
      "reading a record after a restart while ledger time is ahead of the host's clock",
      isNew: false,
      after: [.begun],
      isAheadOfWallClock: true,
      [
        closed, reviewed,
        ([.unattached], Action.retry(uncertainAge)),
        ([.open], [.call(.findTheCharge)]),
        ([.awaiting], [.call(.findTheCharge)]),
      ]
    ),
    Position(
      "waiting to attach the card again while ledger time is ahead of the host's clock",
      after: [.begun, .unattached, .timeOut],
      isAheadOfWallClock: true,
      [([.pauseEnded], Action.retry(uncertainAge, after: 2)), ([.changed], [.read])]
    ),
    Position(
      "looking up the charge while ledger time is ahead of the host's clock",
      after: toPausing + [.pauseEnded],
      isAheadOfWallClock: true,
      outcomes + [
        ([.chargeWaits], [.commit(waits)]),
        ([.notFound], Action.retry(uncertainAge, after: 2)),
        ([.timeOut], Action.retry("timed out", after: 2)),
        ([.unknownToken], Action.retry("the processor knows no such token", after: 2)),
        ([.cardDeclined], Action.retry("the card is declined: do_not_honor", after: 2)),
        ([.rejected], Action.retry("refused: amount_too_large", after: 2)),
        ([.chargeProcessing], Action.retry("the processor is still working", after: 2)),
        ([.anotherCharge, .anotherAmount], Action.retry("the processor answered with another charge", after: 2)),
        ([.attached, .detached, .refund], Action.retry("the processor answered another question", after: 2)),
      ]
    ),

    Position("finished without a record", after: [.begun, .missing], []),
    Position("finished with an outcome", after: toCalling + [.chargePaid, .paid], []),
    Position(
      "waiting after it has come into review",
      after: toCalling + [.chargePaid, .inReview],
      [([.pauseEnded, .changed], [.read])]
    ),
  ]

  @Test("takes one step for each event, in every state", arguments: positions)
  func table(position: Position<Recharge>) { position.check(Self.events) }

  @Test(
    "ends from every state in bounded time, by itself or by one command of a person, whatever the processor does",
    arguments: positions,
    SimulatedCardProcessor.World.all
  )
  func ends(position: Position<Recharge>, world: SimulatedCardProcessor.World) throws {
    try position.checkEnd(world)
  }
}
