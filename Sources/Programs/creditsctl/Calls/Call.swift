import DynamicMessages
import ProtobufDescriptors
import Synchronization
import UnixGRPC

/// Makes one unary or streaming call: reads requests as JSON and prints each response as JSON when it arrives.
struct Call: Sendable {
  let connection: Connection
  let method: ResolvedMethod
  let conversion: MessageConversion
  /// nil for a call that may last as long as the user's time does.
  let timeout: Duration?
  let report: CallReport

  /// - Parameter requests: Must hold exactly one document unless the method is client-streaming. Nil sends one empty
  ///   message, or none if the method is client-streaming.
  func run(_ requests: RequestSource?) async throws {
    let first = method.method.isClientStreaming ? nil : try await onlyRequest(requests)
    report.begin(method.name, connection.metadata)
    let call: StreamingCall
    do { call = try await connection.startCall(method.name, timeout: timeout) } catch let status as GRPCStatus {
      throw connection.failure(status)
    }
    let sending = Sending()
    let sender = Task {
      do {
        if let first {
          try await send(first, call)
        } else if let requests {
          for try await document in requests.documents() {
            try await send(try await conversion.bytes(document, type: method.method.inputType), call)
          }
        }
        call.finishSending()
      } catch let failure as CommandFailure {
        sending.fail(failure)
        call.cancel()
      } catch {
        // The call has ended: its status says more than the error of sending.
      }
    }
    defer { sender.cancel() }
    do { try await receive(call) } catch let status as GRPCStatus {
      if let failure = sending.failure { throw failure }
      await report.end(status, trailers: call.trailingMetadata())
      throw connection.failure(status, details: await StatusText(conversion: conversion).details(of: status))
    }
    await report.end(GRPCStatus(code: .ok, message: ""), trailers: call.trailingMetadata())
  }

  private func send(_ message: [UInt8], _ call: StreamingCall) async throws {
    try await call.send(message)
    report.sent(message.count)
  }

  private func receive(_ call: StreamingCall) async throws {
    report.headers(try await call.initialMetadata())
    var count = 0
    for try await message in call.responses {
      count += 1
      report.received(message.count, try await conversion.json(message, type: method.method.outputType))
    }
    if count != 1, !method.method.isServerStreaming {
      throw GRPCStatus(
        code: .internal,
        message: "the server sent \(count) responses to a call that has one, and status OK"
      )
    }
  }

  private func onlyRequest(_ source: RequestSource?) async throws -> [UInt8] {
    guard let source else { return [] }
    var documents = source.documents()
    guard let document = try await documents.next() else {
      throw CommandFailure.usage("there is no JSON for the request: give {} for an empty one")
    }
    let bytes = try await conversion.bytes(document, type: method.method.inputType)
    if try await documents.next() != nil {
      throw CommandFailure.usage("\(method.name) takes one request, and the input holds more than one JSON document")
    }
    return bytes
  }
}

/// The error that stopped the sending task, for the receiving task.
private final class Sending: Sendable {
  private let state = Mutex<CommandFailure?>(nil)

  var failure: CommandFailure? { state.withLock { $0 } }
  func fail(_ failure: CommandFailure) { state.withLock { $0 = failure } }
}
