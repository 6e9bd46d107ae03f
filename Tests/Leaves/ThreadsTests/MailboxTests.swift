import Synchronization
import Testing
import Threads

@Suite("A mailbox")
struct MailboxTests {
  @Test("gives all that has gathered, in the order of posting, and tells one poster to wake the taker")
  func gathering() {
    let mailbox = Mailbox<Int>()
    #expect(mailbox.isEmpty)
    #expect(mailbox.post(1) == .posted(wakesTaker: true))
    #expect(mailbox.post(2) == .posted(wakesTaker: false))
    #expect(!mailbox.isEmpty)
    #expect(mailbox.takeAll() == [1, 2])
    #expect(mailbox.takeAll() == [])
    #expect(mailbox.post(3) == .posted(wakesTaker: true))
    #expect(mailbox.takeAll() == [3])
  }

  @Test("wakes its taker for a notice as for a message")
  func notices() {
    let mailbox = Mailbox<Int>()
    #expect(mailbox.notify())
    #expect(!mailbox.notify())
    #expect(mailbox.post(1) == .posted(wakesTaker: false))
    #expect(mailbox.takeAll() == [1])
    #expect(mailbox.notify())
  }

  @Test("refuses what is more than it holds, until it has been emptied")
  func capacity() {
    let mailbox = Mailbox<Int>(capacity: 2)
    for number in 1...2 { #expect(mailbox.post(number) != .full) }
    #expect(mailbox.post(3) == .full)
    #expect(mailbox.takeAll() == [1, 2])
    #expect(mailbox.post(4) == .posted(wakesTaker: true))
  }

  @Test("that is closed takes no more, and gives what it has")
  func closing() {
    let mailbox = Mailbox<Int>()
    #expect(mailbox.post(1) == .posted(wakesTaker: true))
    #expect(!mailbox.isClosed)
    #expect(!mailbox.close())
    #expect(mailbox.isClosed)
    #expect(mailbox.post(2) == .closed)
    #expect(mailbox.takeAll() == [1])
    #expect(mailbox.close())
  }

  @Test("loses nothing of what threads post while another takes, which is woken no more often than it takes")
  func threads() {
    let (posters, each) = (4, 20_000)
    let mailbox = Mailbox<Int>()
    let arrival = Semaphore()
    let taken = Mutex<[Int]>([])
    let taker = SystemThread(name: "test-taker") {
      var count = 0
      while count < posters * each {
        arrival.wait()
        let messages = mailbox.takeAll()
        count += messages.count
        taken.withLock { $0 += messages }
      }
    }
    let threads = (0..<posters).map { poster in
      SystemThread(name: "test-poster") {
        for number in 0..<each where mailbox.post(poster * each + number) == .posted(wakesTaker: true) {
          arrival.signal()
        }
      }
    }
    for thread in threads { thread.join() }
    taker.join()
    let all = taken.withLock { $0 }
    #expect(all.count == posters * each)
    for poster in 0..<posters {
      let own = all.filter { $0 / each == poster }
      #expect(own == Array(poster * each..<(poster + 1) * each))
    }
    #expect(!arrival.tryWait())
  }
}
