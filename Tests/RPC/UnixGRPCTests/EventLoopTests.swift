import Foundation
import SeededRandom
import Synchronization
import Testing

@testable import UnixGRPC

private final class Seen: Sendable {
  private let state = Mutex<[Int]>([])
  func append(_ number: Int) { state.withLock { $0.append(number) } }
  var numbers: [Int] { state.withLock { $0 } }
}

@Suite("An event loop")
struct EventLoopTests {
  private func withLoop(_ body: (EventLoop) async throws -> Void) async throws {
    let loop = try EventLoop()
    let stopped = Latch(count: 1)
    loop.start(name: "test-loop") { stopped.countDown() }
    try await body(loop)
    loop.stop()
    await stopped.wait()
  }

  @Test("runs posted work in order on its own thread, also after sleeping")
  func order() async throws {
    try await withLoop { loop in
      let seen = Seen()
      for round in 0..<50 {
        await withCheckedContinuation { continuation in
          for index in 0..<10 {
            loop.execute {
              #expect(loop.inEventLoop)
              seen.append(round * 10 + index)
            }
          }
          loop.execute { continuation.resume() }
        }
        #expect(!loop.inEventLoop)
      }
      #expect(seen.numbers == Array(0..<500))
    }
  }

  @Test("runs work posted by its own thread in order, a turn later, and before it stops")
  func ownWork() async throws {
    let loop = try EventLoop()
    let stopped = Latch(count: 1)
    let seen = Seen()
    loop.execute {
      for index in 1...3 {
        loop.execute {
          seen.append(index)
          if index == 3 { loop.execute { seen.append(4) } }
        }
      }
      loop.stop()
      seen.append(0)
    }
    loop.start(name: "test-loop") { stopped.countDown() }
    await stopped.wait()
    #expect(seen.numbers == [0, 1, 2, 3, 4])
  }

  @Test("runs work of other threads before its own, so that its flush writes the results of both")
  func ownWorkLast() throws {
    let loop = try EventLoop()
    loop.turn(mayWait: false)
    let seen = Seen()
    loop.execute { seen.append(2) }
    let posted = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      loop.execute { seen.append(1) }
      posted.signal()
    }
    posted.wait()
    loop.turn(mayWait: false)
    #expect(seen.numbers == [1, 2])
  }

  @Test("loses no work posted by many threads while it falls asleep and wakes")
  func manyPosters() async throws {
    try await withLoop { loop in
      let count = Seen()
      let all = Latch(count: 8 * 2000)
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<8 {
          group.addTask {
            for _ in 0..<2000 {
              loop.execute {
                count.append(1)
                all.countDown()
              }
              await Task.yield()
            }
          }
        }
      }
      await all.wait()
      #expect(count.numbers.count == 16_000)
    }
  }

  @Test("fires timers in order of their deadlines, except cancelled ones")
  func timers() async throws {
    try await withLoop { loop in
      let fired = Seen()
      let start = loop.now
      await withCheckedContinuation { continuation in
        for index in [3, 1, 4, 2, 0] {
          let timer = loop.schedule(at: start + .milliseconds(10 * (index + 1))) { fired.append(index) }
          if index == 2 { timer.cancel() }
        }
        _ = loop.schedule(at: start + .milliseconds(60)) { continuation.resume() }
      }
      #expect(fired.numbers == [0, 1, 3, 4])
      #expect(loop.now - start >= .milliseconds(60))
    }
  }

  @Test("runs tasks that prefer it as executor on its thread")
  func executor() async throws {
    try await withLoop { loop in
      await withTaskExecutorPreference(loop) {
        #expect(loop.inEventLoop)
        await Task.yield()
        #expect(loop.inEventLoop)
      }
    }
  }

  @Test("runs work posted before it was stopped")
  func stop() async throws {
    let loop = try EventLoop()
    let done = Seen()
    let stopped = Latch(count: 1)
    loop.execute { done.append(1) }
    loop.stop()
    loop.start(name: "test-loop") { stopped.countDown() }
    await stopped.wait()
    #expect(done.numbers == [1])
  }
}

@Suite("A FIFO in one array")
struct FIFOTests {
  @Test("returns its elements in order, and releases them")
  func order() {
    var queue = FIFO<Int>()
    var next = 0
    var expected = 0
    var generator = SplitMix64(seed: 7)
    for _ in 0..<10_000 {
      if Int.random(in: 0..<5, using: &generator) < (queue.count > 200 ? 1 : 3) {
        queue.append(next)
        next += 1
      } else if let taken = queue.popFirst() {
        #expect(taken == expected)
        expected += 1
      }
      #expect(queue.count == next - expected)
      #expect(queue.isEmpty == (next == expected))
    }
  }
}
