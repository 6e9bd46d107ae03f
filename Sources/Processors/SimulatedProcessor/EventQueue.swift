/// Lets events through as a network does: some twice, some after others that came later.
struct EventQueue {
  private struct Held {
    var event: SignedEvent
    /// How many others are still to pass it.
    var passes: Int
  }

  private var held: [Held] = []

  /// What is to be sent now that `event` has happened.
  mutating func add(_ event: SignedEvent, _ dice: inout FaultDice) -> [SignedEvent] {
    var due: [SignedEvent] = []
    for index in held.indices { held[index].passes -= 1 }
    if dice.holdsEventBack() {
      held.append(Held(event: event, passes: dice.passes()))
    } else {
      due.append(event)
    }
    if dice.duplicatesEvent() { held.append(Held(event: event, passes: dice.passes())) }
    due += held.filter { $0.passes <= 0 }.map(\.event)
    held.removeAll { $0.passes <= 0 }
    return due
  }

  /// What was held back until now.
  mutating func drain() -> [SignedEvent] {
    defer { held = [] }
    return held.map(\.event)
  }
}
