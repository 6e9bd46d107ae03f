import Backoff
import ProtobufC
import UnixGRPC
import UnixGRPCProtobuf

/// Makes unary calls, retrying UNAVAILABLE until the call's timeout.
struct Caller: Sendable {
  let client: GRPCClient
  let timeout: Duration
  /// The client's open watches, which run until they are cancelled.
  let streams = OpenStreams()

  /// A response, and whether it replays an earlier response to the same idempotency key.
  struct Answer<Message: ProtobufMessage> {
    let message: Message
    let isReplayed: Bool

    /// Returns a field that the contract requires to be set.
    func part<Part>(_ path: KeyPath<Message, Part?>) throws(CreditsError) -> Part {
      guard let part = message[keyPath: path] else {
        throw CreditsError(code: .internal, message: "the server left a part of its answer out")
      }
      return part
    }
  }

  /// The delay between attempts. A restarting server is back within a second.
  static let backoff = Backoff(first: .milliseconds(50), longest: .seconds(1), multiplier: 1.5, jitter: 0.2)

  func call<Request, Response>(
    _ method: TypedMethod<Unary, Request, Response>,
    _ request: Request,
    timeout ownTimeout: Duration?
  ) async throws(CreditsError) -> Answer<Response> {
    let clock = ContinuousClock()
    let deadline = clock.now.advanced(by: ownTimeout ?? timeout)
    var remaining = ownTimeout ?? timeout
    var backoff = Self.backoff
    while true {
      do {
        let response = try await client.unary(method, request, options: CallOptions(timeout: remaining))
        let isReplayed = response.trailingMetadata["replayed"] == "true"
        return Answer(message: response.message, isReplayed: isReplayed)
      } catch {
        let error = CreditsError(error)
        guard Self.mayPass(error), !streams.isClosed else { throw error }
        let pause = error.retryDelay ?? backoff.next()
        guard clock.now.advanced(by: pause) < deadline else { throw error }
        do { try await clock.sleep(for: pause) } catch { throw .cancelled }
        remaining = clock.now.duration(to: deadline)
      }
    }
  }

  /// Whether the same call may succeed before long. A server without a processor names no delay after which it has one.
  private static func mayPass(_ error: CreditsError) -> Bool {
    error.code == .unavailable && (error.reason != .processorUnavailable || error.retryDelay != nil)
  }
}
