import Glibc
import Synchronization
import Threads

/// Waits for sockets, timers and work from other threads, and does all of it in turn on one thread.
///
/// Tasks that prefer it as their executor run there too, between the events.
///
/// `@unchecked Sendable`: what is not a constant or inside the mutex is touched by the loop's thread only.
final class EventLoop: TaskExecutor, @unchecked Sendable {
  private enum Work {
    case function(@Sendable () -> Void)
    case job(UnownedJob)
  }

  private struct Posted {
    var work: [Work] = []
    /// The loop is about to sleep, or asleep: who posts has to wake it.
    var sleeps = false
    var isStopping = false
  }

  private static let readBufferSize = 64 * 1024

  /// Bytes from a socket, until its owner has taken them in. One for all sockets of the loop.
  let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: EventLoop.readBufferSize, alignment: 16)

  private let poller: Poller
  private let clock: @Sendable () -> MonotonicTime
  private let posted = Mutex(Posted())
  /// Mirrors `posted.work` not being empty, to be looked at without the lock.
  private let hasWork = Atomic(false)
  private let threadID = Atomic<UInt>(0)
  /// By descriptor.
  private var sources: [(any EventSource)?] = []
  private var timers = DeadlineQueue<LoopTimer>()
  private var polling: BusyPolling
  private var ready: [(descriptor: Int32, readiness: Readiness)] = []
  /// Work posted by the loop's own thread, which needs no lock for it, and is awake.
  private var own: [Work] = []
  /// What runs in this turn: the loop's own work, and that of others.
  private var current: (own: [Work], others: [Work]) = ([], [])

  init(clock: @escaping @Sendable () -> MonotonicTime = { .now }) throws(SocketError) {
    poller = try Poller()
    self.clock = clock
    polling = BusyPolling(processorCount: sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  deinit { readBuffer.deallocate() }

  var now: MonotonicTime { clock() }

  var inEventLoop: Bool { threadID.load(ordering: .relaxed) == Self.currentThreadID }

  /// Traps in debug builds when called from another thread than the loop's. What is confined to the loop calls it where
  /// others enter; it costs nothing in release builds.
  func assertOnLoop(file: StaticString = #fileID, line: UInt = #line) {
    assert(inEventLoop, "confined to an event loop, and touched from another thread", file: file, line: line)
  }

  private static var currentThreadID: UInt { UInt(pthread_self()) }

  // MARK: Work from any thread

  /// Runs `function` in a later turn of the loop.
  func execute(_ function: @escaping @Sendable () -> Void) { post(.function(function)) }

  /// Runs `function` now if this is the loop's thread, else in a later turn.
  func perform(_ function: @escaping @Sendable () -> Void) {
    if inEventLoop { function() } else { execute(function) }
  }

  func enqueue(_ job: consuming ExecutorJob) { post(.job(UnownedJob(job))) }

  private func post(_ work: Work) {
    if inEventLoop { return own.append(work) }
    let wakes = posted.withLock { posted in
      posted.work.append(work)
      defer { posted.sleeps = false }
      return posted.sleeps
    }
    hasWork.store(true, ordering: .releasing)
    if wakes { poller.wake() }
  }

  /// Runs `action` on the loop at `deadline`. From any thread.
  func schedule(at deadline: MonotonicTime, _ action: @escaping @Sendable () -> Void) -> LoopTimer {
    let timer = LoopTimer(deadline: deadline, eventLoop: self, action: action)
    perform { [self] in timers.insert(timer) }
    return timer
  }

  func schedule(in delay: Duration, _ action: @escaping @Sendable () -> Void) -> LoopTimer {
    schedule(at: now + delay, action)
  }

  // MARK: On the loop's thread

  func forget(_ timer: LoopTimer) {
    assertOnLoop()
    timers.remove(timer)
  }

  /// Watches `descriptor` until `unwatch`, and keeps `source` that long.
  func watch(_ descriptor: Int32, for readiness: Readiness, source: any EventSource) throws(SocketError) {
    assertOnLoop()
    try poller.add(descriptor, for: readiness)
    while sources.count <= descriptor { sources.append(nil) }
    sources[Int(descriptor)] = source
  }

  func change(_ descriptor: Int32, to readiness: Readiness) {
    assertOnLoop()
    poller.change(descriptor, to: readiness)
  }

  func unwatch(_ descriptor: Int32) {
    assertOnLoop()
    poller.remove(descriptor)
    sources[Int(descriptor)] = nil
  }

  /// Starts the loop's thread; `stopped` is the last thing that it does.
  func start(name: String, stopped: @escaping @Sendable () -> Void = {}) {
    SystemThread(name: name) { [self] in
      while !own.isEmpty || !posted.withLock({ $0.isStopping && $0.work.isEmpty }) { turn(mayWait: true) }
      threadID.store(0, ordering: .relaxed)
      stopped()
    }
  }

  /// Ends the loop once it has done what was posted. Sockets and timers that are left are left.
  func stop() {
    posted.withLock { $0.isStopping = true }
    execute {}
  }

  /// One round of events, timers and work.
  func turn(mayWait: Bool) {
    threadID.store(Self.currentThreadID, ordering: .relaxed)
    if mayWait { wait() } else { _ = poller.wait(milliseconds: 0, into: &ready) }
    for (descriptor, readiness) in ready { sources[Int(descriptor)]?.ready(readiness) }
    ready.removeAll(keepingCapacity: true)
    runTimers()
    runWork()
  }

  private func runTimers() {
    guard timers.earliest != nil else { return }
    let now = now
    while let timer = timers.popExpired(now: now) { timer.fire() }
  }

  private func runWork() {
    swap(&own, &current.own)
    // First what others have posted, so that a flush which the loop has posted to itself writes what comes of it too.
    if hasWork.exchange(false, ordering: .acquiring) {
      posted.withLock { swap(&$0.work, &current.others) }
      for work in current.others { run(work) }
      current.others.removeAll(keepingCapacity: true)
    }
    for work in current.own { run(work) }
    current.own.removeAll(keepingCapacity: true)
  }

  private func run(_ work: Work) {
    switch work {
    case .function(let function): function()
    case .job(let job): job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }

  // MARK: Waiting

  private func wait() {
    if poller.wait(milliseconds: 0, into: &ready) || !own.isEmpty || hasWork.load(ordering: .acquiring) { return }
    let polls = polling.shouldPoll()
    if polls {
      if waitAwake() { return polling.succeeded() }
      polling.failed()
    }
    let start = MonotonicTime.now
    sleep()
    if !polls { polling.slept((MonotonicTime.now - start).wholeNanoseconds) }
  }

  /// Returns whether something came, or a timer is due.
  private func waitAwake() -> Bool {
    let end = MonotonicTime.now.nanoseconds + BusyPolling.budget
    repeat {
      // Whoever has something to do on this processor goes first.
      sched_yield()
      if poller.wait(milliseconds: 0, into: &ready) || hasWork.load(ordering: .acquiring) { return true }
    } while MonotonicTime.now.nanoseconds < end
    return false
  }

  private func sleep() {
    let mustSleep = posted.withLock { posted in
      posted.sleeps = posted.work.isEmpty
      return posted.sleeps
    }
    guard mustSleep else { return }
    _ = poller.wait(milliseconds: timeout, into: &ready)
    posted.withLock { $0.sleeps = false }
  }

  /// Until the next timer, in the whole milliseconds that epoll_wait(2) takes; rounded up, so that it is due then.
  private var timeout: Int32 {
    guard let earliest = timers.earliest else { return -1 }
    let nanoseconds = max(0, (earliest - now).wholeNanoseconds)
    return Int32(clamping: nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 == 0 ? 0 : 1))
  }
}
