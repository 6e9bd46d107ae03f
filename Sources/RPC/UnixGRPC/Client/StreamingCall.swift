/// An open call that streams messages in one direction or both.
///
/// Releasing the last copy of it and of its ``responses`` cancels the call if it has not ended.
public struct StreamingCall: Sendable {
  /// The response messages.
  public let responses: ResponseStream
  private let handle: StreamingCallHandle

  init(handle: StreamingCallHandle) {
    self.handle = handle
    responses = ResponseStream(handle: handle)
  }

  /// Sends a request message; suspends while 64 KiB or more wait for the server's flow-control window.
  ///
  /// Cancelling the waiting task cancels the call.
  ///
  /// - Throws: ``GRPCStatus`` if the call has ended.
  public func send(_ message: [UInt8]) async throws {
    try handle.gate.enter(message.count)
    handle.connection.post(.message(handle.call, message))
    do { try await handle.gate.waitForRoom() } catch {
      if Task.isCancelled { handle.cancel() }
      throw error
    }
  }

  /// Ends the request stream.
  public func finishSending() { handle.connection.post(.finishSending(handle.call)) }

  /// Waits for the initial metadata. Throws the call's status if the call fails before sending any.
  public func initialMetadata() async throws -> Metadata {
    try await handle.cancellingCall { try await handle.events.initialMetadata() }
  }

  /// Waits for the end of the call and returns its trailing metadata.
  public func trailingMetadata() async -> Metadata {
    await handle.cancellingCall { await handle.events.trailingMetadata() }
  }

  /// Ends the call with CANCELLED on both sides.
  public func cancel() { handle.cancel() }
}

/// The response messages of a streaming call, in order, for a single reader.
///
/// Ends on status OK; throws any other status as ``GRPCStatus``, after the messages received before it.
public struct ResponseStream: AsyncSequence, Sendable {
  public typealias Element = [UInt8]

  let handle: StreamingCallHandle

  public struct AsyncIterator: AsyncIteratorProtocol {
    let handle: StreamingCallHandle

    public mutating func next() async throws -> [UInt8]? {
      do { return try await handle.events.messages.next() } catch {
        if Task.isCancelled { handle.cancel() }
        throw error
      }
    }
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(handle: handle) }
}

/// Keeps a streaming call alive for its user, and cancels it when released.
final class StreamingCallHandle: Sendable {
  let call: ClientCall
  let connection: ClientConnection
  let events: ResponseEvents
  let gate: OutboundGate

  init(call: ClientCall, connection: ClientConnection, events: ResponseEvents, gate: OutboundGate) {
    self.call = call
    self.connection = connection
    self.events = events
    self.gate = gate
  }

  func cancel() { connection.post(.cancel(call)) }

  /// Runs `wait`, and cancels the call if the waiting task is cancelled.
  func cancellingCall<Result: Sendable, Failure: Error>(
    _ wait: () async throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    let outcome: Swift.Result<Result, Failure> = await withTaskCancellationHandler {
      do throws(Failure) { return .success(try await wait()) } catch { return .failure(error) }
    } onCancel: {
      cancel()
    }
    return try outcome.get()
  }

  deinit { cancel() }
}
