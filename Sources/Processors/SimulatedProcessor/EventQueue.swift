/// Delivers events as a network does: some twice, some after later ones.
struct EventQueue {
  private struct Held {
    var event: SignedEvent
    /// The number of events that still have to overtake this one.
    var passes: Int
  }

  private var held: [Held] = []

  /// Adds `event` and returns the events to send now.
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

  /// Returns the events held back until now.
  mutating func drain() -> [SignedEvent] {
    defer { held = [] }
    return held.map(\.event)
  }
}
