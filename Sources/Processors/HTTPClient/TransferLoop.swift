import CCurl
import Threads

/// A thread that drives all transfers of a client with libcurl's multi interface (libcurl-multi(3)).
final class TransferLoop: Sendable {
  private enum Command {
    case start(Transfer)
    case drop(Transfer)
  }

  /// How long the thread sleeps at most, in milliseconds. New commands wake it at once.
  private static let longestSleep: Int32 = 3_600_000

  private let commands = Mailbox<Command>()
  private let transfers: Multi

  init(limits: HTTPClient.Limits) {
    transfers = Multi(limits: limits)
    SystemThread(name: "http") { [commands, transfers] in Self.run(commands, transfers) }
  }

  func start(_ transfer: Transfer) {
    if case .closed = post(.start(transfer)) { transfer.finish(.failure(.cancelled)) }
  }

  /// Ends a transfer whose result nobody awaits.
  func drop(_ transfer: Transfer) { post(.drop(transfer)) }

  /// Ends the thread, and all transfers with it.
  func stop() {
    if commands.close() { transfers.wake() }
  }

  @discardableResult
  private func post(_ command: Command) -> PostResult {
    let result = commands.post(command)
    if case .posted(wakesTaker: true) = result { transfers.wake() }
    return result
  }

  private static func run(_ commands: Mailbox<Command>, _ transfers: Multi) {
    var open: [UnsafeMutableRawPointer: Transfer] = [:]
    func close(_ handle: UnsafeMutableRawPointer, _ result: CURLcode?) {
      transfers.remove(handle)
      open.removeValue(forKey: handle)?.complete(result)
    }
    while true {
      let isClosed = commands.isClosed
      for command in commands.takeAll() {
        switch command {
        case .start(let transfer):
          if let handle = transfer.begin() {
            open[handle] = transfer
            transfers.add(handle)
          }
        case .drop(let transfer):
          if let handle = transfer.handle { close(handle, nil) }
        }
      }
      if isClosed { break }
      for (handle, result) in transfers.perform() { close(handle, result) }
      transfers.sleep(atMost: longestSleep)
    }
    for handle in open.keys { close(handle, nil) }
    transfers.cleanUp()
  }
}

/// A set of transfers of libcurl.
///
/// `@unchecked Sendable`: only one thread uses it, but for `wake`, which libcurl allows from any thread while the set exists.
private final class Multi: @unchecked Sendable {
  private static let isReady = credits_curl_begin() == CURLE_OK

  private let pointer: UnsafeMutableRawPointer
  private let lifetime = Lifetime()

  init(limits: HTTPClient.Limits) {
    guard Self.isReady, let pointer = curl_multi_init() else { preconditionFailure("libcurl has no memory to begin") }
    self.pointer = pointer
    let code = credits_curl_limit_connections(pointer, limits.connections, limits.idleConnections)
    precondition(code == CURLM_OK, "libcurl refuses its limits")
  }

  func add(_ handle: UnsafeMutableRawPointer) {
    let code = curl_multi_add_handle(pointer, handle)
    precondition(code == CURLM_OK, "libcurl does not take a new transfer: error \(code.rawValue)")
  }

  func remove(_ handle: UnsafeMutableRawPointer) { curl_multi_remove_handle(pointer, handle) }

  /// Does what can be done without waiting. Returns the transfers that have ended.
  func perform() -> [(UnsafeMutableRawPointer, CURLcode)] {
    var count: Int32 = 0
    let code = curl_multi_perform(pointer, &count)
    precondition(code == CURLM_OK, "libcurl cannot go on: error \(code.rawValue)")
    var ended: [(UnsafeMutableRawPointer, CURLcode)] = []
    while let message = curl_multi_info_read(pointer, &count) {
      guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
      ended.append((handle, credits_curl_result(message)))
    }
    return ended
  }

  /// Waits until a transfer can go on, or until woken.
  func sleep(atMost milliseconds: Int32) { curl_multi_poll(pointer, nil, 0, milliseconds, nil) }

  func wake() { lifetime.whileAlive { curl_multi_wakeup(pointer) } }

  func cleanUp() { lifetime.end { curl_multi_cleanup(pointer) } }
}
