import CEpoll
import Glibc

/// What a descriptor is ready for.
struct Readiness: OptionSet {
  let rawValue: UInt8

  /// There are bytes, an end or an error to read, or a connection to accept.
  static let readable = Readiness(rawValue: 1)
  static let writable = Readiness(rawValue: 2)
}

/// Owns an epoll(7) instance, and an eventfd(2) by which other threads end a wait.
final class Poller: Sendable {
  /// Descriptors reported by one wait; the others come with the next.
  static let batch = 64

  private let epoll: Int32
  private let wakeUp: Int32

  init() throws(SocketError) {
    epoll = try systemCall("epoll_create1", "the event loop") { epoll_create1(Int32(EPOLL_CLOEXEC)) }
    do throws(SocketError) {
      wakeUp = try systemCall("eventfd", "the event loop") {
        eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
      }
    } catch {
      close(epoll)
      throw error
    }
    // Edge-triggered: each write counts once, and nothing has to be read back.
    var event = epoll_event(events: EPOLLIN.rawValue | EPOLLET.rawValue, data: epoll_data(fd: wakeUp))
    _ = epoll_ctl(epoll, EPOLL_CTL_ADD, wakeUp, &event)
  }

  deinit {
    close(wakeUp)
    close(epoll)
  }

  func add(_ descriptor: Int32, for readiness: Readiness) throws(SocketError) {
    var event = event(descriptor, readiness)
    try systemCall("epoll_ctl", "the event loop") { epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) }
  }

  func change(_ descriptor: Int32, to readiness: Readiness) {
    var event = event(descriptor, readiness)
    _ = epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event)
  }

  func remove(_ descriptor: Int32) {
    var event = epoll_event()
    _ = epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &event)
  }

  private func event(_ descriptor: Int32, _ readiness: Readiness) -> epoll_event {
    var events: UInt32 = 0
    if readiness.contains(.readable) { events |= EPOLLIN.rawValue }
    if readiness.contains(.writable) { events |= EPOLLOUT.rawValue }
    return epoll_event(events: events, data: epoll_data(fd: descriptor))
  }

  /// Ends the current or the next wait. From any thread.
  func wake() {
    var one: UInt64 = 1
    // It can only fail with the counter full, which is a wake-up too.
    _ = write(wakeUp, &one, MemoryLayout<UInt64>.size)
  }

  /// Waits for `milliseconds` (-1 for ever, 0 not at all) and appends the descriptors that are ready.
  ///
  /// - Returns: whether anything happened, which includes being woken.
  func wait(milliseconds: Int32, into ready: inout [(descriptor: Int32, readiness: Readiness)]) -> Bool {
    withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.batch) { events in
      let count = epoll_wait(epoll, events.baseAddress, Int32(events.count), milliseconds)
      // Only a signal makes it fail; the caller waits again.
      guard count > 0 else { return false }
      for event in events.prefix(Int(count)) where event.data.fd != wakeUp {
        var readiness: Readiness = []
        // Errors and hang-ups are learnt by reading.
        if event.events & ~EPOLLOUT.rawValue != 0 { readiness.insert(.readable) }
        if event.events & EPOLLOUT.rawValue != 0 { readiness.insert(.writable) }
        ready.append((event.data.fd, readiness))
      }
      return true
    }
  }
}
