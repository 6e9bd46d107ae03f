import Ledger
import Testing

private typealias Event = CardDetachmentMachine.Event
private typealias Action = CardDetachmentMachine.Action

extension PaymentMethod {
  fileprivate static func card(_ state: PaymentMethodState) -> PaymentMethod {
    var card = SettlementSubjects.newCard
    card.state = state
    return card
  }
}

@Suite("The detachment of a removed card")
struct CardDetachmentTests {
  struct Position: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var path: [CardDetachmentMachine.Event]
    var transitions: [(events: [CardDetachmentMachine.Event], actions: [CardDetachmentMachine.Action])]

    init(
      _ name: String,
      after path: [CardDetachmentMachine.Event],
      _ transitions: [(events: [CardDetachmentMachine.Event], actions: [CardDetachmentMachine.Action])]
    ) {
      testDescription = name
      self.path = path
      self.transitions = transitions
    }
  }

  private static let removed = Event.card(.card(.removed))
  private static let unknown = Event.response(.failure(.outcomeUnknown("timed out")))

  private static let events: [Event] = [
    .begun, .card(nil), removed, .card(.card(.saved)), .card(.card(.detached)), .tokenUse(.unused), .tokenUse(.used),
    .tokenUse(.undecided), .committed, .response(.detached), .response(.failure(.unknownToken)),
    .response(.failure(.rejected("test_mode"))), .response(.failure(.cardDeclined(code: "x"))), unknown,
    .response(.notFound), .response(.attached(SettlementSubjects.attachment)),
    .response(.charge(SettlementSubjects.charge(.paid))), .response(.refund(SettlementSubjects.refund(.refunded))),
    .pauseEnded,
  ]

  private static func retry(_ reason: String, after seconds: Int64 = 1) -> [Action] {
    [.report(.outcomeUnknown(reason: reason)), .wait(.seconds(seconds))]
  }

  private static let commit: [Action] = [.commit(PaymentMethodID("card_1"))]
  private static let readUse: [Action] = [.readTokenUse(WalletID("w"), PaymentMethodToken("tok_new"))]

  private static let positions: [Position] = [
    Position("a new machine", after: [], [([.begun], [.readCard])]),
    Position(
      "reading the card",
      after: [.begun],
      [([.card(nil), .card(.card(.saved)), .card(.card(.detached))], [.finished]), ([removed], readUse)]
    ),
    Position(
      "checking whether the token is in use",
      after: [.begun, removed],
      [
        ([.tokenUse(.used)], commit),
        ([.tokenUse(.undecided)], retry("a recharge under way may bring the same card")),
        ([.tokenUse(.unused)], [.call(.detachCard(PaymentMethodToken("tok_new")))]),
      ]
    ),
    Position(
      "detaching",
      after: [.begun, removed, .tokenUse(.unused)],
      [
        ([.response(.detached), .response(.failure(.unknownToken))], commit),
        ([unknown], retry("timed out")),
        ([.response(.failure(.rejected("test_mode")))], retry("refused: test_mode")),
        ([.response(.failure(.cardDeclined(code: "x")))], retry("the card is declined: x")),
        (
          [
            .response(.notFound), .response(.attached(SettlementSubjects.attachment)),
            .response(.charge(SettlementSubjects.charge(.paid))),
            .response(.refund(SettlementSubjects.refund(.refunded))),
          ],
          retry("the processor answered another question")
        ),
      ]
    ),
    // The card may have been saved again since.
    Position(
      "waiting to detach again",
      after: [.begun, removed, .tokenUse(.unused), unknown],
      [([.pauseEnded], readUse)]
    ),
    Position(
      "waiting for a recharge under way",
      after: [.begun, removed, .tokenUse(.undecided)],
      [([.pauseEnded], readUse)]
    ),
    Position("recording it", after: [.begun, removed, .tokenUse(.used)], [([.committed], [.finished])]),
    Position("finished", after: [.begun, removed, .tokenUse(.used), .committed], []),
    Position("finished without a card", after: [.begun, .card(nil)], []),
  ]

  @Test("takes one step for each event, in every state", arguments: positions)
  func table(position: Position) {
    for event in Self.events {
      var machine = CardDetachmentMachine()
      for step in position.path { _ = machine.handle(step) }
      let expected = position.transitions.first { $0.events.contains(event) }?.actions ?? []
      #expect(machine.handle(event) == expected, "\(position.testDescription), after \(event)")
    }
  }

  @Test("waits longer each time, up to a minute")
  func pauses() {
    var machine = CardDetachmentMachine()
    for event in [.begun, Self.removed] { _ = machine.handle(event) }
    let pauses = (0..<8).map { _ -> Action? in
      defer { _ = machine.handle(.pauseEnded) }
      return machine.handle(.tokenUse(.undecided)).last
    }
    #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60].map { .wait(.seconds($0)) })
  }
}
