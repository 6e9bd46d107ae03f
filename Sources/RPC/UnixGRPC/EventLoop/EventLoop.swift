import Glibc
import Synchronization
import Threads

/// An event loop: handles sockets, timers and work posted by other threads on one thread.
///
/// Also a task executor, whose jobs run on the same thread.
///
/// `@unchecked Sendable`: all mutable state outside the mutex and the atomics is accessed on the loop's thread only.
final class EventLoop: TaskExecutor, @unchecked Sendable {
  private enum Work {
    case function(@Sendable () -> Void)
    case job(UnownedJob)
  }

  private struct Posted {
    var work: [Work] = []
    /// Whether the loop sleeps or is about to, so that a poster must wake it.
    var sleeps = false
    var isStopping = false
  }

  private static let readBufferSize = 64 * 1024

  /// Receive buffer shared by all sockets of the loop, valid until its reader returns.
  let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: EventLoop.readBufferSize, alignment: 16)

  /// Long work, of which one slice is done per turn.
  let slices = SliceQueue()

  /// For tasks that must not delay others.
  private(set) lazy var background = BackgroundExecutor(of: self)

  private let poller: Poller
  private let clock: @Sendable () -> MonotonicTime
  private let posted = Mutex(Posted())
  /// Whether `posted.work` is not empty, readable without the lock.
  private let hasWork = Atomic(false)
  private let threadID = Atomic<UInt>(0)
  /// Event sources, indexed by descriptor.
  private var sources: [(any EventSource)?] = []
  private var timers = DeadlineQueue<LoopTimer>()
  /// Told by connections of their calls and messages, from which it learns when polling is worthwhile.
  var polling: PollingGovernor
  private var ready: [(descriptor: Int32, readiness: Readiness)] = []
  /// Work posted by the loop's own thread, which needs neither the lock nor a wake-up.
  private var own: [Work] = []
  /// Work being run in this turn: the loop's own, and that posted by other threads.
  private var current: (own: [Work], others: [Work]) = ([], [])

  init(
    busyPolling: BusyPolling = .adaptive,
    clock: @escaping @Sendable () -> MonotonicTime = { .now }
  ) throws(SocketError) {
    poller = try Poller()
    self.clock = clock
    polling = PollingGovernor(busyPolling, processorCount: sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  deinit { readBuffer.deallocate() }

  var now: MonotonicTime { clock() }

  var inEventLoop: Bool { threadID.load(ordering: .relaxed) == Self.currentThreadID }

  /// Traps in debug builds when called from a thread other than the loop's. Confined types call it in their entry points;
  /// it costs nothing in release builds.
  func assertOnLoop(file: StaticString = #fileID, line: UInt = #line) {
    assert(inEventLoop, "confined to an event loop, and touched from another thread", file: file, line: line)
  }

  private static var currentThreadID: UInt { UInt(pthread_self()) }

  // MARK: Work from any thread

  /// Runs `function` in a later turn of the loop. Safe to call from any thread.
  func execute(_ function: @escaping @Sendable () -> Void) { post(.function(function)) }

  /// Runs `function` immediately if called on the loop's thread, otherwise in a later turn.
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

  /// Runs `action` on the loop at `deadline`. Safe to call from any thread.
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

  /// Watches `descriptor` until `unwatch`, and retains `source` until then.
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

  /// Starts the loop's thread, which calls `stopped` last.
  func start(name: String, stopped: @escaping @Sendable () -> Void = {}) {
    SystemThread(name: name) { [self] in
      while !own.isEmpty || !posted.withLock({ $0.isStopping && $0.work.isEmpty }) { turn(mayWait: true) }
      threadID.store(0, ordering: .relaxed)
      stopped()
    }
  }

  /// Stops the loop after all posted work has run. Remaining sockets and timers are abandoned.
  func stop() {
    posted.withLock { $0.isStopping = true }
    execute {}
  }

  /// Handles events, due timers and posted work once.
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
    // Work of other threads first, so that a flush that the loop has posted to itself also writes its results.
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
    let start = MonotonicTime.now.nanoseconds
    let budget = polling.waitBegan()
    let poll = budget > 0 ? busyPoll(from: start, until: start + budget) : .foundNothing
    if poll != .foundWork, ready.isEmpty { sleep() }
    polling.waitEnded(after: MonotonicTime.now.nanoseconds - start, poll)
  }

  /// Polls until there are events or work, until `end`, or until others need the processor.
  private func busyPoll(from start: Int64, until end: Int64) -> PollingGovernor.Poll {
    var last = start
    while true {
      // Let other threads on this processor run first.
      sched_yield()
      let isFound = poller.wait(milliseconds: 0, into: &ready) || hasWork.load(ordering: .acquiring)
      let now = MonotonicTime.now.nanoseconds
      if now - last > PollingGovernor.longestTurnOfOthers { return .metContention }
      if isFound { return .foundWork }
      if now >= end { return .foundNothing }
      last = now
    }
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

  /// Time until the next timer in whole milliseconds for epoll_wait(2), rounded up so that the timer is then due.
  private var timeout: Int32 {
    guard let earliest = timers.earliest else { return -1 }
    let nanoseconds = max(0, (earliest - now).wholeNanoseconds)
    return Int32(clamping: nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 == 0 ? 0 : 1))
  }
}
