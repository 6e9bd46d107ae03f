import Ledger
import Testing

/// A position of a machine: the path to it, and the actions of each event in it. Events that are not listed have no
/// effect.
struct Position<Subject: Settleable>: CustomTestStringConvertible, Sendable {
  typealias Machine = SettlementMachine<Subject>

  var name: String
  /// Whether the call for the outcome cannot have been sent yet.
  var isNew: Bool
  /// The events that bring a new machine here, after `begun`.
  var path: [Machine.Event]
  /// When the path's events and the event after them arrive, in seconds since the record was created.
  var pathTime: Int64
  var time: Int64
  /// Whether ledger time is ahead of the host's clock.
  var isAheadOfWallClock: Bool
  var transitions: [(events: [Machine.Event], actions: [Machine.Action])]

  init(
    _ name: String,
    isNew: Bool = true,
    after path: [Machine.Event],
    at pathTime: Int64 = 1,
    then time: Int64? = nil,
    isAheadOfWallClock: Bool = false,
    _ transitions: [(events: [Machine.Event], actions: [Machine.Action])]
  ) {
    self.name = name
    self.isNew = isNew
    self.path = path
    self.pathTime = pathTime
    self.time = time ?? pathTime
    self.isAheadOfWallClock = isAheadOfWallClock
    self.transitions = transitions
  }

  var testDescription: String { name }

  /// A machine in this position, and its last actions.
  func reached() -> (machine: Machine, actions: [Machine.Action]) {
    var machine = Machine(isNew: isNew)
    let moment = moment(pathTime)
    let actions = path.map { machine.handle($0, at: moment) }
    return (machine, actions.last ?? [])
  }

  /// The last record that the machine has read. Nil before it has read one.
  var record: Subject? {
    path.reversed().lazy.compactMap { event -> Subject? in
      if case .record(let record) = event { record } else { nil }
    }.first
  }

  private func moment(_ seconds: Int64) -> Moment {
    var moment = SettlementSubjects.moment(seconds)
    moment.isAheadOfWallClock = isAheadOfWallClock
    return moment
  }

  func actions(for event: Machine.Event) -> [Machine.Action] {
    transitions.first { $0.events.contains(event) }?.actions ?? []
  }

  /// Passes each of `events` to a machine in this position, and compares its actions with the table.
  func check(_ events: [Machine.Event]) {
    for listed in transitions.flatMap(\.events) where !events.contains(listed) {
      Issue.record("\(name) lists an event that is not tried: \(listed)")
    }
    for event in events {
      var machine = reached().machine
      let actions = machine.handle(event, at: moment(time))
      #expect(actions == self.actions(for: event), "\(name), after \(event)")
    }
  }
}

extension Position where Subject: ModelSubject {
  /// Drives a machine from this position until it has finished, without faults.
  func checkEnd(_ world: SimulatedCardProcessor.World) throws {
    guard let record else { return }
    let (machine, actions) = reached()
    var simulation = SettlementSimulation(record, world, at: time)
    try simulation.run(machine, after: actions)
  }
}

extension SettlementMachine.Action {
  /// The actions after a response that proves nothing: a report, and a pause of `seconds`.
  static func retry(_ reason: String, after seconds: Int64 = 1) -> [Self] {
    [.report(.outcomeUnknown(reason: reason)), .wait(.seconds(seconds))]
  }
}
