import Glibc
import Synchronization
import Testing
import Threads

@Suite("A system thread")
struct SystemThreadTests {
  @Test("has run its body when joined, however often")
  func join() {
    let count = Mutex(0)
    let thread = SystemThread(name: "test-join") { count.withLock { $0 += 1 } }
    thread.join()
    #expect(count.withLock { $0 } == 1)
    thread.join()
    #expect(count.withLock { $0 } == 1)
  }

  @Test("has its name, truncated to 15 bytes")
  func name() throws {
    let seen = Mutex<[UInt8]>([])
    SystemThread(name: "a-name-of-twenty-one!") {
      let file = open("/proc/thread-self/comm", O_RDONLY | O_CLOEXEC)
      defer { close(file) }
      var buffer = [UInt8](repeating: 0, count: 64)
      let count = read(file, &buffer, buffer.count)
      seen.withLock { $0 = Array(buffer.prefix(max(count, 0))) }
    }.join()
    #expect(String(decoding: seen.withLock { $0 }, as: UTF8.self) == "a-name-of-twent\n")
  }

  @Test("continues when it is released")
  func forgotten() {
    let mayEnd = Semaphore()
    let hasEnded = Semaphore()
    SystemThread(name: "test-forgotten") {
      mayEnd.wait()
      hasEnded.signal()
    }
    mayEnd.signal()
    hasEnded.wait()
  }

  @Test("releases its body's captures when the body has returned")
  func release() {
    final class Held: Sendable {}
    weak var held: Held?
    do {
      let object = Held()
      held = object
      SystemThread(name: "test-release") { withExtendedLifetime(object) {} }.join()
    }
    #expect(held == nil)
  }
}

@Suite("A semaphore")
struct SemaphoreTests {
  @Test("releases as many waits as signals, before or after")
  func counting() {
    let semaphore = Semaphore()
    for _ in 0..<3 { semaphore.signal() }
    let passed = Mutex(0)
    let done = Semaphore()
    let thread = SystemThread(name: "test-semaphore") {
      for _ in 0..<4 {
        semaphore.wait()
        passed.withLock { $0 += 1 }
        done.signal()
      }
    }
    for _ in 0..<3 { done.wait() }
    #expect(passed.withLock { $0 } == 3)
    semaphore.signal()
    thread.join()
    #expect(passed.withLock { $0 } == 4)
  }

  @Test("is decremented by tryWait only if above 0")
  func trying() {
    let semaphore = Semaphore()
    #expect(!semaphore.tryWait())
    semaphore.signal()
    #expect(semaphore.tryWait())
    #expect(!semaphore.tryWait())
  }
}
