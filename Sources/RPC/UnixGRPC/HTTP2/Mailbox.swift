import Synchronization

/// Carries work from any thread to an event loop, waking the loop once for everything posted meanwhile.
final class Mailbox<Message: Sendable>: Sendable {
  let eventLoop: EventLoop
  private let waiting = Mutex<[Message]>([])

  init(eventLoop: EventLoop) {
    self.eventLoop = eventLoop
  }

  /// Adds `message`; when it is the first, schedules `deliver` on the event loop.
  func post(_ message: Message, deliver: @escaping @Sendable () -> Void) {
    let isFirst = waiting.withLock { waiting in
      waiting.append(message)
      return waiting.count == 1
    }
    if isFirst { eventLoop.execute(deliver) }
  }

  /// Takes everything that waits, in order of posting.
  func takeAll() -> [Message] {
    waiting.withLock { waiting in
      var taken: [Message] = []
      swap(&taken, &waiting)
      return taken
    }
  }
}
