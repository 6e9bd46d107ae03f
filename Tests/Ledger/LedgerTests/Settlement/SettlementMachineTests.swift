import Ledger
import Testing

private typealias Machine = SettlementMachine<Recharge>
private typealias Records = SettlementSubjects

@Suite("A settlement")
struct SettlementMachineTests {
  private static let timeOut = Machine.Event.response(.failure(.outcomeUnknown("timed out")))
  private static let hour: Int64 = 3600

  /// A machine that has called the processor for the outcome of `recharge`, or to look it up.
  private static func machine(
    of recharge: Recharge = Records.recharge(),
    isNew: Bool = true,
    at moment: Moment = Records.moment(0)
  ) -> Machine {
    var machine = Machine(isNew: isNew)
    _ = machine.handle(.begun, at: moment)
    _ = machine.handle(.record(recharge), at: moment)
    return machine
  }

  private static func pause(in actions: [Machine.Action]) -> Duration? {
    guard case .wait(let pause) = actions.last else { return nil }
    return pause
  }

  @Test("retries after pauses that grow to a minute")
  func pauses() {
    var machine = Self.machine()
    let pauses = (0..<9).map { _ in
      defer { _ = machine.handle(.pauseEnded, at: Records.moment(1)) }
      return Self.pause(in: machine.handle(Self.timeOut, at: Records.moment(1)))
    }
    #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60].map { .seconds($0) })
  }

  @Test("resets its pauses once the card is attached")
  func pausesOfTheCharge() {
    var machine = Self.machine(of: Records.recharge(isAttached: false))
    for _ in 0..<5 {
      _ = machine.handle(Self.timeOut, at: Records.moment(1))
      _ = machine.handle(.pauseEnded, at: Records.moment(1))
    }
    _ = machine.handle(.response(.attached(Records.attachment)), at: Records.moment(1))
    _ = machine.handle(.record(Records.recharge()), at: Records.moment(1))
    #expect(Self.pause(in: machine.handle(Self.timeOut, at: Records.moment(1))) == .seconds(1))
  }

  @Test("charges the token that the ledger has recorded, not the one that it was given")
  func attachedToken() {
    var machine = Self.machine(of: Records.recharge(isAttached: false))
    _ = machine.handle(.response(.attached(Records.attachment)), at: Records.moment(1))
    var recorded = Records.recharge()
    recorded.paymentMethod.token = PaymentMethodToken("tok_recorded")
    guard
      case .call(.createCharge(_, _, _, _, let token, _, _)) =
        machine.handle(.record(recorded), at: Records.moment(1)).last
    else {
      Issue.record("nothing is charged")
      return
    }
    #expect(token == PaymentMethodToken("tok_recorded"))
  }

  @Test("lets a call end before it acts on a change, and then reads the record at once")
  func newsDuringACall() {
    var machine = Self.machine()
    #expect(machine.handle(.changed, at: Records.moment(1)) == [])
    #expect(
      machine.handle(Self.timeOut, at: Records.moment(2)) == [.report(.outcomeUnknown(reason: "timed out")), .read]
    )
    #expect(machine.handle(.record(Records.recharge(.paid)), at: Records.moment(2)) == [.finished])
  }

  @Test("does not resend a call before it has acted on a change")
  func newsDuringALookup() {
    var machine = Self.machine(isNew: false)
    #expect(machine.handle(.changed, at: Records.moment(1)) == [])
    #expect(machine.handle(.response(.notFound), at: Records.moment(2)) == [.read])
    #expect(machine.handle(.record(Records.recharge()), at: Records.moment(2)) == [.call(.findTheCharge)])
    #expect(machine.handle(.response(.notFound), at: Records.moment(2)) == [.call(.createTheCharge)])
  }

  @Test("commits the result of a call despite a change: the ledger compares it with the record")
  func outcomeAfterNews() {
    var machine = Self.machine()
    _ = machine.handle(.changed, at: Records.moment(1))
    let paid = machine.handle(.response(.charge(Records.charge(.paid))), at: Records.moment(2))
    #expect(paid == [.commit(.paid(processorChargeID: "ch_1"))])
  }

  @Test("reads the record again if it may have been read before the change")
  func newsDuringARead() {
    var machine = Self.machine()
    _ = machine.handle(
      .response(.charge(Records.charge(.authenticationRequired(url: "https://bank")))),
      at: Records.moment(1)
    )
    _ = machine.handle(.changed, at: Records.moment(1))
    let awaiting = Machine.Event.record(Records.recharge(.authenticationRequired))
    #expect(machine.handle(awaiting, at: Records.moment(1)) == [.report(.settled), .call(.findTheCharge)])
    #expect(machine.handle(.response(.notFound), at: Records.moment(1)) == [.read])
    #expect(machine.handle(awaiting, at: Records.moment(1)) == [.call(.findTheCharge)])
    #expect(machine.handle(.response(.notFound), at: Records.moment(1)) == [.wait(.seconds(60))])
  }

  @Test("looks up at once whether the cardholder has authenticated after a change")
  func newsOfTheCardholder() {
    var machine = Self.machine(of: Records.recharge(.authenticationRequired))
    _ = machine.handle(.response(.notFound), at: Records.moment(1))
    #expect(machine.handle(.changed, at: Records.moment(2)) == [.read])
    let record = Machine.Event.record(Records.recharge(.authenticationRequired))
    #expect(machine.handle(record, at: Records.moment(2)) == [.call(.findTheCharge)])
    #expect(machine.handle(.pauseEnded, at: Records.moment(3)) == [])
  }

  // MARK: Reviews

  @Test("looks a record in review up after pauses that grow to an hour, and sends nothing that moves money")
  func pausesInReview() {
    var machine = Self.machine(of: Records.recharge(.needsReview))
    var pauses: [Duration?] = []
    for minutes in Int64(0)..<9 {
      let moment = Records.moment(Self.hour + minutes * 60)
      pauses.append(Self.pause(in: machine.handle(.response(.notFound), at: moment)))
      #expect(machine.handle(.pauseEnded, at: moment) == [.read])
      #expect(machine.handle(.record(Records.recharge(.needsReview)), at: moment) == [.call(.findTheCharge)])
    }
    #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60].map { .seconds($0 * 60) })
  }

  @Test("ends once a person has settled the record in review")
  func settledByHand() {
    var machine = Self.machine(of: Records.recharge(.needsReview))
    _ = machine.handle(.response(.notFound), at: Records.moment(Self.hour))
    #expect(machine.handle(.pauseEnded, at: Records.moment(Self.hour + 60)) == [.read])
    #expect(machine.handle(.record(Records.recharge(.failed)), at: Records.moment(Self.hour + 60)) == [.finished])
  }

  @Test("decides about a review when the hour ends, not after the pause in which it ends")
  func endOfTheHour() {
    var machine = Self.machine()
    for _ in 0..<9 {
      _ = machine.handle(Self.timeOut, at: Records.moment(1))
      _ = machine.handle(.pauseEnded, at: Records.moment(1))
    }
    #expect(Self.pause(in: machine.handle(Self.timeOut, at: Records.moment(Self.hour - 20))) == .seconds(20))
    #expect(machine.handle(.pauseEnded, at: Records.moment(Self.hour)) == [.call(.findTheCharge)])
    #expect(Self.foundNothing(&machine, at: Records.moment(Self.hour)) == Self.review)
  }

  // MARK: Clocks

  /// The actions of a machine whose look-up finds nothing.
  private static func foundNothing(_ machine: inout Machine, at moment: Moment) -> [Machine.Action] {
    machine.handle(.response(.notFound), at: moment)
  }

  private static let review: [Machine.Action] = [
    .commit(.needsReview(explanation: "unknown for an hour: the processor knows of no charge"))
  ]

  @Test("continues a key's age when the clock is set back, and never sends it again", arguments: [-1, -20, -1000])
  func clockSetBack(hours: Int64) {
    var host = SimulatedHost()
    var machine = Self.machine(isNew: false)
    host.pass(Self.hour / 2)
    _ = machine.handle(Self.timeOut, at: host.moment())
    host.clockError = hours * Self.hour
    host.pass(Self.hour / 2 - 60)
    _ = machine.handle(.pauseEnded, at: host.moment())
    var young = machine
    #expect(Self.pause(in: Self.foundNothing(&young, at: host.moment())) == .seconds(2))
    // While the wall clock is behind, ledger time runs one part in a hundred slower.
    host.pass(60 + Self.hour / 50)
    #expect(Self.foundNothing(&machine, at: host.moment()) == Self.review)
  }

  @Test("sends a key again once the clock has caught up with ledger time")
  func clockSetBackForAWhile() {
    var host = SimulatedHost()
    var machine = Self.machine(isNew: false)
    host.clockError = -Self.hour
    host.pass(60)
    #expect(Self.pause(in: Self.foundNothing(&machine, at: host.moment())) == .seconds(1))
    host.clockError = -60
    host.pass(1)
    #expect(machine.handle(.pauseEnded, at: host.moment()) == [.call(.findTheCharge)])
    #expect(Self.foundNothing(&machine, at: host.moment()) == [.call(.createTheCharge)])
  }

  @Test("does not make a key younger that a clock set ahead has aged")
  func clockSetAheadAndBack() {
    var host = SimulatedHost()
    var machine = Self.machine(isNew: false)
    host.clockError = Self.hour - 1200
    host.pass(60)
    _ = machine.handle(Self.timeOut, at: host.moment())
    host.pass(600)
    _ = machine.handle(.pauseEnded, at: host.moment())
    _ = machine.handle(Self.timeOut, at: host.moment())
    host.clockError = 0
    host.pass(Self.hour)
    _ = machine.handle(.pauseEnded, at: host.moment())
    #expect(Self.foundNothing(&machine, at: host.moment()) == Self.review)
  }

  @Test("takes no key for older that a clock, set ahead for a moment, seems to have aged")
  func clockSetAheadForAMoment() {
    var host = SimulatedHost()
    var machine = Self.machine(isNew: false)
    host.clockError = 24 * Self.hour
    host.pass(60)
    #expect(Self.foundNothing(&machine, at: host.moment()) == [.call(.createTheCharge)])
  }

  @Test("gives the cardholder no second hour when the clock is set back")
  func hourAndClock() {
    var host = SimulatedHost()
    var machine = Self.machine(of: Records.recharge(.authenticationRequired))
    host.pass(Self.hour - 60)
    _ = machine.handle(.response(.notFound), at: host.moment())
    host.clockError = -Self.hour
    host.pass(60)
    #expect(machine.handle(.pauseEnded, at: host.moment()) == [.call(.cancelTheCharge)])
  }

  @Test("derives a key's minimum age from the record's own times")
  func recordTimes() {
    var recharge = Records.recharge()
    recharge.updateTime = Records.start.adding(seconds: Self.hour)
    let moment = Records.moment(-1000 * Self.hour)
    var machine = Self.machine(of: recharge, at: moment)
    #expect(Self.foundNothing(&machine, at: moment) == Self.review)
  }

  @Test("limits ages to what a duration can hold", arguments: [Int64.min, .max])
  func extremeTimes(microseconds: Int64) {
    var machine = Self.machine(isNew: false, at: Moment(time: LedgerTime(microseconds: microseconds)))
    #expect(Self.foundNothing(&machine, at: Moment(time: LedgerTime(microseconds: .max))) == Self.review)
  }
}
