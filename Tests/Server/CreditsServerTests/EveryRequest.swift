import CreditsAPI
import ProtobufDescriptors
import ProtobufWire
import UnixGRPC

/// The requests of the contract as its descriptors have them, so that no rpc or field that comes later is left out.
struct EveryRequest {
  struct Call {
    let name: MethodName
    let isStreaming: Bool
    let input: MessageDescriptor
    let output: MessageDescriptor
  }

  /// A field of a request, with the fields that lead to it.
  struct Field: CustomStringConvertible {
    let call: Call
    let path: [FieldDescriptor]

    var last: FieldDescriptor { path[path.count - 1] }
    /// As a violation names it: `amount.currency_code`, `kinds[0]`.
    var name: String { path.map { $0.label == .repeated ? "\($0.name)[0]" : $0.name }.joined(separator: ".") }
    var description: String { "\(call.name) \(name)" }

    /// A request in which only this field is set. `write` gets its number.
    func request(_ write: (inout WireWriter, Int32) -> Void) -> [UInt8] {
      var writer = WireWriter()
      write(&writer, last.number)
      for field in path.dropLast().reversed() {
        let inner = writer.bytes
        writer = WireWriter()
        writer.write(field.number, bytes: inner)
      }
      return writer.bytes
    }
  }

  let calls: [Call]
  let fields: [Field]

  init() throws {
    let set = try FileDescriptorSet(serializedBytes: ContractDescriptors.serializedFileDescriptorSet)
    let messages = Dictionary(
      set.files.flatMap(\.messages).flatMap(Self.withNested).map { ($0.fullName, $0) }
    ) { first, _ in first }
    calls = set.files.filter { $0.package == "credits.v1" }.flatMap(\.services).flatMap { service in
      service.methods.compactMap { method in
        guard let input = messages[method.inputType], let output = messages[method.outputType] else { return nil }
        return Call(
          name: MethodName(service: service.fullName, method: method.name),
          isStreaming: method.isServerStreaming,
          input: input,
          output: output
        )
      }
    }
    fields = calls.flatMap { call in
      Self.paths(in: call.input, messages).map { Field(call: call, path: $0) }
    }
  }

  private static func withNested(_ message: MessageDescriptor) -> [MessageDescriptor] {
    [message] + message.messages.flatMap(withNested)
  }

  private static func paths(
    in message: MessageDescriptor,
    _ messages: [String: MessageDescriptor]
  ) -> [[FieldDescriptor]] {
    message.fields.flatMap { field in
      [[field]] + (messages[field.typeName].map { paths(in: $0, messages).map { [field] + $0 } } ?? [])
    }
  }
}

extension TestDaemon {
  /// How a call with these bytes ends.
  func status(of call: EveryRequest.Call, _ request: [UInt8]) async throws -> GRPCStatus {
    do {
      let streaming = try await client.startCall(call.name, options: CallOptions(timeout: .seconds(20)))
      defer { streaming.cancel() }
      try await streaming.send(request)
      streaming.finishSending()
      // Watches have no end.
      for try await _ in streaming.responses { break }
      return GRPCStatus(code: .ok, message: "")
    } catch let status as GRPCStatus {
      return status
    }
  }
}
