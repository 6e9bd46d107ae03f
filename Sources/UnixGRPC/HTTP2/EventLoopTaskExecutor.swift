import NIOCore
import Synchronization

/// Runs tasks on an event loop, so that a handler and its connection share a thread and need no hand-over.
///
/// Jobs that arrive before the loop gets to them run in one turn of the loop.
final class EventLoopTaskExecutor: TaskExecutor {
  let eventLoop: any EventLoop
  private let jobs = Mutex<[UnownedJob]>([])

  init(eventLoop: any EventLoop) {
    self.eventLoop = eventLoop
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let isFirst = jobs.withLock { jobs in
      jobs.append(job)
      return jobs.count == 1
    }
    if isFirst { eventLoop.execute { self.runJobs() } }
  }

  private func runJobs() {
    let batch = jobs.withLock { jobs in
      var batch: [UnownedJob] = []
      swap(&batch, &jobs)
      return batch
    }
    for job in batch { job.runSynchronously(on: asUnownedTaskExecutor()) }
  }
}
