import Foundation
import ProtobufDescriptors
import Testing

@testable import protoc_gen_credits_swift

@Suite("The generator")
struct GeneratorTests {
  static let parameter = "c_module=CTest,role_option=test.v1.role,secret_option=test.v1.secret"

  static func testFiles() throws -> [FileDescriptor] {
    let bytes = try #require(Data(base64Encoded: testDescriptorSet))
    return try FileDescriptorSet(serializedBytes: [UInt8](bytes)).files
  }

  /// Returns the Swift generated for one file, after applying `change` to its descriptor.
  func generate(
    _ name: String,
    parameter: String = GeneratorTests.parameter,
    change: (inout FileDescriptor) -> Void = { _ in }
  ) throws -> String {
    var files = try Self.testFiles()
    let index = try #require(files.firstIndex { $0.name == name })
    change(&files[index])
    let request = CodeGeneratorRequest(filesToGenerate: [name], parameter: parameter, files: files)
    return try #require(try Generator(request).files().first).content
  }

  func refusal(
    _ name: String,
    parameter: String = GeneratorTests.parameter,
    change: (inout FileDescriptor) -> Void = { _ in }
  ) -> String? {
    do {
      _ = try generate(name, parameter: parameter, change: change)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test("names its output by the proto file")
  func outputName() throws {
    let request = CodeGeneratorRequest(
      filesToGenerate: ["test/v1/scalars.proto"],
      parameter: "c_module=C",
      files: try Self.testFiles()
    )
    #expect(try Generator(request).files().map(\.name) == ["test/v1/scalars.pb.swift"])
  }

  @Test("turns proto comments into documentation")
  func documentation() throws {
    let source = try generate("test/v1/echo_service.proto")
    #expect(source.contains("/// Says what it is told, in all four kinds of call.\npublic protocol EchoService"))
    #expect(source.contains("  /// Letter by letter.\n  func spell(_ request: EchoRequest, "))
    let shapes = try generate("test/v1/shapes.proto")
    #expect(shapes.contains("    /// A number.\n    case number(Int64)\n"))
  }

  @Test(
    "gives everything the visibility that is asked for",
    arguments: ["public", "package", "internal"]
  )
  func visibility(word: String) throws {
    let source = try generate("test/v1/echo_service.proto", parameter: Self.parameter + ",visibility=\(word)")
    #expect(source.contains("\n\(word) struct EchoRequest: "))
    #expect(source.contains("\n\(word) protocol DeferredEchoService: "))
    #expect(source.contains("\n\(word) import UnixGRPCProtobuf\n"))
    #expect(source.contains("\ninternal import CTest\n"))
    for other in ["public ", "package "] where !other.hasPrefix(word) { #expect(!source.contains(other)) }
  }

  @Test("imports types of other files from their modules")
  func modules() throws {
    let parameter = Self.parameter + ",import=google/protobuf/timestamp.proto:Known"
    let source = try generate("test/v1/shapes.proto", parameter: parameter)
    #expect(source.contains("\n@_spi(CLayout) public import Known\n"))
    #expect(source.contains("case time(Known.Timestamp)"))
    #expect(try !generate("test/v1/scalars.proto", parameter: parameter).contains("Known"))
  }

  @Test("exposes pointers only through its SPI")
  func pointers() throws {
    let source = try generate("test/v1/shapes.proto", parameter: Self.parameter + ",visibility=public")
    #expect(source.contains("\n@_spi(CLayout) public import ProtobufC\n"))
    let declarations = source.split(separator: "\n}\n")
    let messages = declarations.filter { $0.contains("public struct ") }
    #expect(messages.count >= 5)
    for message in messages { #expect(!message.contains("Pointer") && !message.contains("Arena")) }
    let layouts = declarations.filter { $0.contains("Pointer") }
    #expect(layouts.contains { $0.contains("extension Awkward.Pair: CStructMessage {") })
    for layout in layouts { #expect(layout.hasPrefix("\n@_spi(CLayout)\nextension "), "\(layout)") }
    // Declarations that are not public need no @_spi.
    let inside = try generate("test/v1/shapes.proto", parameter: Self.parameter + ",visibility=package")
    #expect(!inside.contains("@_spi(CLayout)\nextension"))
  }

  @Test("writes no secret into a message's text")
  func redaction() throws {
    let source = try generate("test/v1/shapes.proto")
    #expect(source.contains("struct Guarded: ProtobufMessage, CustomReflectable {"))
    for name in ["token", "codes", "hidden", "password"] {
      #expect(source.contains("text.redacted(\"\(name)\")"))
      #expect(!source.contains("text.field(\"\(name)\""))
    }
    #expect(source.contains("text.field(\"badge\", value)"))
    let unaware = try generate("test/v1/shapes.proto", parameter: "c_module=CTest")
    #expect(unaware.contains("text.field(\"token\", self.token)"))
  }

  @Test("boxes exactly the fields that make a message recursive")
  func boxing() throws {
    let source = try generate("test/v1/shapes.proto")
    #expect(source.contains("private var boxed_left: Indirect<Tree>?"))
    #expect(source.contains("private var boxed_back: Indirect<Tree>?"))
    #expect(source.contains("indirect enum Graft:"))
    #expect(source.contains("public var branches: [Tree]\n"))
    #expect(!source.contains("boxed_hidden"))
    #expect(!source.contains("indirect enum WhatWasChosen"))
  }

  @Test("refuses an rpc without a role if the option is visible")
  func missingRole() {
    let refusal = refusal("test/v1/echo_service.proto") { $0.services[0].methods[1].options.extensions = [] }
    #expect(refusal == "test/v1/echo_service.proto: rpc Collect names no (test.v1.role)")
    let unknown = self.refusal("test/v1/echo_service.proto") {
      $0.services[0].methods[1].options.extensions[0].content = [9]
    }
    #expect(unknown?.hasSuffix("rpc Collect names role 9, which test.v1.Access.Role does not have") == true)
    // Without an import of the option, no role is required.
    #expect(
      self.refusal("test/v1/echo_service.proto") {
        $0.dependencies = []
        $0.services[0].methods[1].options.extensions = []
      } == nil
    )
  }

  @Test("refuses what protoc-c does not support")
  func unsupported() {
    #expect(refusal("test/v1/scalars.proto") { $0.syntax = "proto2" }?.hasSuffix("only proto3") == true)
    let optional = refusal("test/v1/scalars.proto") {
      $0.messages[0].fields[0].isProto3Optional = true
      $0.messages[0].fields[0].oneofIndex = 0
    }
    #expect(optional?.hasSuffix("test.v1.Scalars.double_value: protoc-c has no proto3 optional") == true)
    #expect(refusal("test/v1/scalars.proto") { $0.messages[0].fields[0].name = "Base" } != nil)
    #expect(refusal("test/v1/scalars.proto") { $0.enums[0].values.removeFirst() } != nil)
  }

  @Test(
    "refuses parameters that it cannot make sense of",
    arguments: [
      ("", "parameter c_module is required"),
      ("c_module=C,visibility=open", "visibility is public, package or internal"),
      ("c_module=C,color=red", "unknown parameter color"), ("c_module", "parameter c_module has no value"),
      ("c_module=C,import=a.proto", "import=FILE:MODULE"),
      ("c_module=C,role_option=test.v1.secret", "option test.v1.secret is no enum of google.protobuf.MethodOptions"),
    ]
  )
  func badParameters(parameter: String, message: String) {
    #expect(refusal("test/v1/scalars.proto", parameter: parameter)?.hasPrefix(message) == true)
  }

  @Test("reports an error to protoc instead of exiting")
  func errorResponse() throws {
    // file_to_generate = "absent.proto", parameter = "c_module=C"
    let input = [0x0A, 12] + Array("absent.proto".utf8) + [0x12, 10] + Array("c_module=C".utf8)
    #expect(try Plugin.respond(to: input) == .error("absent.proto is not among the files sent"))
  }
}

@Suite("The messages-only descriptor set")
struct MessagesOnlySetTests {
  @Test("has no services, extensions, comments, or descriptor.proto, and all messages")
  func filtering() throws {
    let bytes = try [UInt8](#require(Data(base64Encoded: testDescriptorSet)))
    let before = try FileDescriptorSet(serializedBytes: bytes).files
    let after = try FileDescriptorSet(serializedBytes: MessagesOnlySet.filter(bytes)).files
    #expect(before.contains { !$0.services.isEmpty } && before.contains { !$0.extensions.isEmpty })
    #expect(before.contains { $0.name == "google/protobuf/descriptor.proto" })
    #expect(after.map(\.name) == before.map(\.name).filter { $0 != "google/protobuf/descriptor.proto" })
    #expect(after.allSatisfy { $0.services.isEmpty && $0.extensions.isEmpty })
    #expect(after.allSatisfy { !$0.dependencies.contains("google/protobuf/descriptor.proto") })
    for file in after {
      let original = try #require(before.first { $0.name == file.name })
      #expect(file.messages.map(\.fullName) == original.messages.map(\.fullName))
      #expect(
        file.messages.map { $0.fields.map(\.options.extensions) }
          == original.messages.map { $0.fields.map(\.options.extensions) }
      )
    }
  }

  @Test("is not made from bytes that are not a descriptor set")
  func malformed() {
    #expect(throws: GeneratorError.self) { try MessagesOnlySet.filter([0x0A, 200]) }
    #expect(throws: GeneratorError.self) { try MessagesOnlySet.filter([0x0B]) }
  }
}

@Suite("The set for reflection")
struct ReflectionSetTests {
  @Test("keeps every declaration and the comments on it, and no other trace of the source")
  func comments() throws {
    let bytes = try [UInt8](#require(Data(base64Encoded: testDescriptorSet)))
    let filtered = try ReflectionSet.filter(bytes)
    #expect(filtered.count < bytes.count * 3 / 4)
    let before = try FileDescriptorSet(serializedBytes: bytes).files
    let after = try FileDescriptorSet(serializedBytes: filtered).files
    #expect(before.map(\.name) == after.map(\.name))
    for (old, new) in zip(before, after) where !old.name.hasPrefix("google/protobuf/") {
      #expect(old == new)
    }
    let service = try #require(after.flatMap(\.services).first { $0.name == "EchoService" })
    #expect(service.methods.map(\.comments.leading).first == " Once.\n")
  }
}
