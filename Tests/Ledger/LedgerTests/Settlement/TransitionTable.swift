import Ledger
import Testing

/// Where a machine can be: how it gets there, and what each event comes to from there. Events that are not listed change
/// nothing.
struct Position<Subject: Settleable>: CustomTestStringConvertible, Sendable {
  typealias Machine = SettlementMachine<Subject>

  var name: String
  /// Whether the processor cannot have been asked yet.
  var isNew: Bool
  /// The events that bring a new machine here, after `begun`.
  var path: [Machine.Event]
  /// When the path is gone, and when the next event arrives, in seconds since the record was created.
  var pathTime: Int64
  var time: Int64
  var transitions: [(events: [Machine.Event], actions: [Machine.Action])]

  init(
    _ name: String,
    isNew: Bool = true,
    after path: [Machine.Event],
    at pathTime: Int64 = 1,
    then time: Int64? = nil,
    _ transitions: [(events: [Machine.Event], actions: [Machine.Action])]
  ) {
    self.name = name
    self.isNew = isNew
    self.path = path
    self.pathTime = pathTime
    self.time = time ?? pathTime
    self.transitions = transitions
  }

  var testDescription: String { name }

  func machine() -> Machine {
    var machine = Machine(isNew: isNew)
    let moment = SettlementSubjects.moment(pathTime)
    for event in path { _ = machine.handle(event, at: moment) }
    return machine
  }

  func actions(for event: Machine.Event) -> [Machine.Action] {
    transitions.first { $0.events.contains(event) }?.actions ?? []
  }

  /// Brings a machine here once for each of `events`, and compares what it does with the table.
  func check(_ events: [Machine.Event]) {
    for listed in transitions.flatMap(\.events) where !events.contains(listed) {
      Issue.record("\(name) lists an event that is not tried: \(listed)")
    }
    for event in events {
      var machine = machine()
      let actions = machine.handle(event, at: SettlementSubjects.moment(time))
      #expect(actions == self.actions(for: event), "\(name), after \(event)")
    }
  }
}

extension SettlementMachine.Action {
  /// What follows a response that proves nothing: it is reported, and the machine waits for so many seconds.
  static func retry(_ reason: String, after seconds: Int64 = 1) -> [Self] {
    [.report(.outcomeUnknown(reason: reason)), .wait(.seconds(seconds))]
  }
}
