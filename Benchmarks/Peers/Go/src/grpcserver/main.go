// An echo server on grpc-go with its default options.
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"os"

	"echogrpc"

	"google.golang.org/grpc"
)

type echo struct{}

func (echo) Echo(_ context.Context, message *echogrpc.EchoMessage) (*echogrpc.EchoMessage, error) {
	return message, nil
}

func main() {
	listener, err := net.Listen("unix", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer()
	echogrpc.RegisterEchoServiceServer(server, echo{})
	fmt.Println("ready")
	log.Fatal(server.Serve(listener))
}
