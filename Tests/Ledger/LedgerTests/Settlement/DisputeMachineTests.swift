import Ledger
import Testing

private typealias Event = DisputeMachine.Event
private typealias Action = DisputeMachine.Action
private typealias Records = SettlementSubjects

@Suite("A dispute that the processor reports")
struct DisputeMachineTests {
  private static func dispute(of amount: Money = usd(10)) -> DisputeResult {
    DisputeResult(id: DisputeID("dp_1"), chargeID: "ch_1", amount: amount, state: .opened)
  }

  private static let id = RechargeID("rch_1")
  private static let unidentified = Event.openRecharges([Records.recharge()])
  private static let nothingOpen = Event.openRecharges([])
  private static let charge = Event.response(.charge(Records.charge(.paid)))

  private static func record(_ amount: Money = usd(10)) -> Action { .record(DisputeID("dp_1"), id, amount, .opened) }

  /// The ledger has recorded the dispute with this amount.
  private static func recorded(_ amount: Money = usd(10)) -> Event {
    .recorded(
      Dispute(
        id: DisputeID("dp_1"),
        rechargeID: id,
        walletID: WalletID("w"),
        amount: amount,
        state: .opened,
        createTime: Records.start,
        updateTime: Records.start
      )
    )
  }

  private static func run(_ events: [Event], of dispute: DisputeResult = dispute()) -> [[Action]] {
    var machine = DisputeMachine(dispute)
    #expect(machine.handle(.begun) == [.readRechargeOfCharge("ch_1")])
    return events.map { machine.handle($0) }
  }

  @Test("is recorded against the recharge that the charge has paid")
  func known() {
    let actions = Self.run([.recharge(Records.recharge(.paid)), Self.recorded()])
    #expect(actions == [[Self.record()], [.finished(.recorded(Self.id))]])
  }

  @Test("debits no more than the recharge has credited")
  func amounts() {
    let tooMuch = Self.run(
      [.recharge(Records.recharge(.paid)), Self.recorded(usd(10))],
      of: Self.dispute(of: usd(12))
    )
    #expect(
      tooMuch == [
        [Self.record(usd(10))],
        [
          .report(.exceedsRecharge(Self.id, taken: usd(12), debited: usd(10))), .finished(.recorded(Self.id)),
        ],
      ]
    )
    let part = Self.run([.recharge(Records.recharge(.paid))], of: Self.dispute(of: usd(3)))
    #expect(part == [[Self.record(usd(3))]])
  }

  @Test("beside others of the same recharge raises an alarm, and is recorded with what they leave")
  func beside() {
    let actions = Self.run([.recharge(Records.recharge(.paid)), Self.recorded(usd(0))])
    #expect(
      actions.last
        == [.report(.exceedsRecharge(Self.id, taken: usd(10), debited: usd(0))), .finished(.recorded(Self.id))]
    )
  }

  @Test("in another currency debits the whole recharge, and raises an alarm")
  func otherCurrency() {
    let euros = Money(micros: 3_000_000, currency: Currency(code: "EUR") ?? .usd)
    let actions = Self.run([.recharge(Records.recharge(.paid)), Self.recorded()], of: Self.dispute(of: euros))
    #expect(
      actions == [
        [Self.record(usd(10))],
        [.report(.otherCurrency(Self.id, taken: euros, debited: usd(10))), .finished(.recorded(Self.id))],
      ]
    )
  }

  @Test("that the ledger refuses raises an alarm")
  func refused() {
    let actions = Self.run([.recharge(Records.recharge(.paid)), .refused(reason: "implausible")])
    #expect(
      actions.last
        == [.report(.refused(Self.id, reason: "implausible")), .finished(.refused(Self.id, reason: "implausible"))]
    )
  }

  @Test("may arrive before the ledger knows that the charge was paid")
  func early() {
    let actions = Self.run([
      .recharge(nil), Self.unidentified, Self.charge, .recharge(Records.recharge()), .recharge(Records.recharge(.paid)),
      Self.recorded(),
    ])
    #expect(
      actions == [
        [.readOpenRecharges],
        [.call(.retrieveCharge(id: "ch_1"))],
        [.readRecharge(Self.id)],
        [.settle(Self.id, .paid(processorChargeID: "ch_1"))],
        [.report(.settlement(Self.id, .settled)), Self.record()],
        [.finished(.recorded(Self.id))],
      ]
    )
  }

  @Test("is delivered again if its charge is not found but may be that of an open recharge")
  func notFoundYet() {
    let actions = Self.run([.recharge(nil), Self.unidentified, .response(.notFound)])
    #expect(actions.last == [.finished(.undecided(reason: "the processor does not find the disputed charge"))])
  }

  @Test("is ignored if its charge is not found, no recharge is open, and none was paid meanwhile")
  func ofAnother() {
    var identified = Records.recharge(.authenticationRequired)
    identified.processorChargeID = "ch_2"
    for open in [Self.nothingOpen, .openRecharges([identified])] {
      let actions = Self.run([.recharge(nil), open, .response(.notFound), .recharge(nil)])
      #expect(actions.suffix(2) == [[.readRechargeOfCharge("ch_1")], [.finished(.ignored)]])
    }
    let meanwhile = Self.run([
      .recharge(nil), Self.nothingOpen, .response(.notFound), .recharge(Records.recharge(.paid)),
    ])
    #expect(meanwhile.last == [Self.record()])
  }

  @Test("is delivered again if the look-up of its charge fails")
  func noAnswer() {
    let failure = ProcessorFailure.outcomeUnknown("timed out")
    let failed = Self.run([.recharge(nil), Self.nothingOpen, .response(.failure(failure))])
    #expect(failed.last == [.finished(.failed(failure))])
    let another = Self.run([.recharge(nil), Self.nothingOpen, .response(.detached)])
    #expect(another.last == [.finished(.undecided(reason: "the processor answered another question"))])
  }

  @Test("of a charge for an unknown recharge is ignored")
  func noRecharge() {
    let actions = Self.run([.recharge(nil), Self.nothingOpen, Self.charge, .recharge(nil)])
    #expect(actions.last == [.finished(.ignored)])
  }

  @Test("is delivered again as long as the charge does not prove that the recharge is paid")
  func notPaidYet() {
    let working = Event.response(.charge(Records.charge(.processing)))
    let actions = Self.run([.recharge(nil), Self.nothingOpen, working, .recharge(Records.recharge())])
    #expect(actions.last == [.finished(.undecided(reason: "the disputed charge is not known as paid yet"))])
  }

  @Test("of a recharge that ended unpaid raises alarms, and is not recorded")
  func unpaid() {
    let actions = Self.run([
      .recharge(nil), Self.nothingOpen, Self.charge, .recharge(Records.recharge(.failed)),
      .refused(reason: "recharge rch_1 is FAILED"), .recharge(Records.recharge(.failed)),
    ])
    #expect(
      actions.suffix(2) == [
        [
          .report(.settlement(Self.id, .contradiction(reason: "recharge rch_1 is FAILED"))), .readRecharge(Self.id),
        ],
        [.report(.unpaidRecharge(Self.id, .failed)), .finished(.ignored)],
      ]
    )
  }

  @Test("ignores an event that it does not wait for")
  func otherEvents() {
    let all: [Event] = [
      .begun, .recharge(nil), Self.nothingOpen, Self.charge, Self.recorded(), .refused(reason: "x"),
    ]
    let paid = Event.recharge(Records.recharge(.paid))
    let paths: [(path: [Event], expected: Set<Event>)] = [
      ([], [.begun]),
      ([.begun], [.recharge(nil)]),
      ([.begun, .recharge(nil)], [Self.nothingOpen]),
      ([.begun, .recharge(nil), Self.nothingOpen], [Self.charge]),
      ([.begun, .recharge(nil), Self.nothingOpen, .response(.notFound)], [.recharge(nil)]),
      ([.begun, .recharge(nil), Self.nothingOpen, Self.charge], [.recharge(nil)]),
      (
        [.begun, .recharge(nil), Self.nothingOpen, Self.charge, .recharge(Records.recharge())],
        [.recharge(nil), .refused(reason: "x")]
      ),
      ([.begun, paid], [Self.recorded(), .refused(reason: "x")]),
      ([.begun, paid, Self.recorded()], []),
    ]
    for (path, expected) in paths {
      for event in all {
        var machine = DisputeMachine(Self.dispute())
        for step in path { _ = machine.handle(step) }
        #expect(machine.handle(event).isEmpty == !expected.contains(event), "after \(path), \(event)")
      }
    }
  }
}
