public import ProtobufC
public import UnixGRPC

// Maps encoding and decoding errors to call statuses.

/// A request that cannot be decoded. To its caller it is `GRPCStatus(undecodableRequest:)`, unless the service's
/// ``ServiceDefinition/errorStatus`` makes more of it.
public struct UndecodableRequest: Error, GRPCStatusConvertible {
  public let reason: MessageDecodingError

  @usableFromInline
  init(_ reason: MessageDecodingError) { self.reason = reason }

  public var status: GRPCStatus { GRPCStatus(undecodableRequest: reason) }
}

extension GRPCStatus {
  /// Creates the status of a request that cannot be decoded: INVALID_ARGUMENT with a `BadRequest` that names the field, or
  /// RESOURCE_EXHAUSTED if the message needs too much memory.
  public init(undecodableRequest error: MessageDecodingError) {
    if error.reason == .tooMuchMemory {
      self.init(code: .resourceExhausted, message: error.description)
      return
    }
    let violation = BadRequest.FieldViolation(field: error.fieldPath, description: error.explanation)
    self.init(
      code: .invalidArgument,
      message: error.description,
      details: [.badRequest(BadRequest(fieldViolations: [violation]))]
    )
  }

  /// Creates the status of a request that its caller cannot encode: INVALID_ARGUMENT.
  public init(unencodableRequest error: MessageEncodingError) {
    self.init(code: .invalidArgument, message: error.description)
  }

  /// Creates the status of a response that the server cannot encode or the client cannot decode: INTERNAL.
  public init(badResponse error: some Error) {
    self.init(code: .internal, message: "bad response: \(error)")
  }
}

extension ProtobufMessage {
  @inlinable
  init(request bytes: [UInt8]) throws(UndecodableRequest) {
    do throws(MessageDecodingError) {
      try self.init(serializedBytes: bytes)
    } catch {
      throw UndecodableRequest(error)
    }
  }

  @inlinable
  init(response bytes: [UInt8]) throws(GRPCStatus) {
    do throws(MessageDecodingError) {
      try self.init(serializedBytes: bytes)
    } catch {
      throw GRPCStatus(badResponse: error)
    }
  }

  @inlinable
  func requestBytes() throws(GRPCStatus) -> [UInt8] {
    do throws(MessageEncodingError) {
      return try serializedBytes()
    } catch {
      throw GRPCStatus(unencodableRequest: error)
    }
  }

  @inlinable
  func responseBytes() throws(GRPCStatus) -> [UInt8] {
    do throws(MessageEncodingError) {
      return try serializedBytes()
    } catch {
      throw GRPCStatus(badResponse: error)
    }
  }
}
