public import ProtobufC
public import UnixGRPC

// Where what is wrong with a message becomes the status of a call.

extension GRPCStatus {
  /// For a request that cannot be decoded: INVALID_ARGUMENT with a `BadRequest` that names the field, or
  /// RESOURCE_EXHAUSTED when only its cost is at fault.
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

  /// For a request that its own caller cannot encode.
  public init(unencodableRequest error: MessageEncodingError) {
    self.init(code: .invalidArgument, message: error.description)
  }

  /// For a response that the server cannot encode or the client cannot decode.
  public init(badResponse error: some Error) {
    self.init(code: .internal, message: "bad response: \(error)")
  }
}

extension ProtobufMessage {
  @inlinable
  init(request bytes: [UInt8]) throws(GRPCStatus) {
    do throws(MessageDecodingError) {
      try self.init(serializedBytes: bytes)
    } catch {
      throw GRPCStatus(undecodableRequest: error)
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
