import Threads

/// Runs tasks on an event loop behind its other work: one short slice of them per turn.
///
/// When a change wakes thousands of watches at once, the calls that arrive meanwhile wait for a slice, not for all of them.
///
/// `@unchecked Sendable`: the queue of jobs is accessed on the loop's thread only; other threads post to a mailbox.
final class BackgroundExecutor: TaskExecutor, @unchecked Sendable {
  /// In nanoseconds: short compared with the sync of a commit, of which a lone caller waits for one per call.
  private static let slice: Int64 = 50_000

  private unowned let eventLoop: EventLoop
  private let arrivals = Mailbox<UnownedJob>()
  private var jobs = FIFO<UnownedJob>()
  private var isScheduled = false

  init(of eventLoop: EventLoop) { self.eventLoop = eventLoop }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if eventLoop.inEventLoop {
      jobs.append(job)
      schedule()
    } else if case .posted(wakesTaker: true) = arrivals.post(job) {
      eventLoop.execute { self.takeArrivals() }
    }
  }

  private func takeArrivals() {
    for job in arrivals.takeAll() { jobs.append(job) }
    schedule()
  }

  private func schedule() {
    guard !isScheduled, !jobs.isEmpty else { return }
    isScheduled = true
    eventLoop.execute { self.runSlice() }
  }

  private func runSlice() {
    isScheduled = false
    let end = MonotonicTime.now.nanoseconds + Self.slice
    repeat {
      guard let job = jobs.popFirst() else { return }
      job.runSynchronously(on: asUnownedTaskExecutor())
    } while MonotonicTime.now.nanoseconds < end
    schedule()
  }
}
