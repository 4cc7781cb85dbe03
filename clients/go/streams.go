package main

import (
	"context"
	"fmt"
	"io"

	common "uaagan/common/v1"
	features "uaagan/features/v1"
	perturbation "uaagan/perturbation/v1"
)

// The features of images, in their order.
func extract(ctx context.Context, client features.FeatureExtractionServiceClient, model string, images []picture) ([][]float32, error) {
	stream, err := client.StreamExtract(ctx)
	if err != nil {
		return nil, err
	}
	settings := &features.StreamExtractSettings{Model: &common.ModelReference{Name: model}}
	sent := stream.Send(&features.StreamExtractRequest{Message: &features.StreamExtractRequest_Settings{Settings: settings}})
	// Beside the reader: the service reads no further while its limit of unanswered images is reached.
	go func() {
		for i := 0; sent == nil && i < len(images); i++ {
			sent = stream.Send(&features.StreamExtractRequest{Message: &features.StreamExtractRequest_Item{Item: item(images[i])}})
		}
		stream.CloseSend()
	}()
	var found [][]float32
	for {
		reply, err := stream.Recv()
		if err == io.EOF {
			return found, nil
		} else if err != nil {
			return nil, err
		}
		result := reply.GetResult()
		if result == nil {
			continue // The limits that the service announces.
		}
		if failure := result.GetError(); failure != nil {
			return nil, fmt.Errorf("%s: %s", result.Id, failure.Message)
		}
		found = append(found, vector(result.GetFeature().Data))
	}
}

// The adversarial twins of images, in their order.
func perturb(ctx context.Context, client perturbation.PerturbationServiceClient, model string, images []picture) ([]picture, error) {
	stream, err := client.StreamPerturb(ctx)
	if err != nil {
		return nil, err
	}
	attack := &perturbation.PerturbSettings{Model: &common.ModelReference{Name: model}, Method: "pgd", Epsilon: "8/255", Seed: 1}
	settings := &perturbation.StreamPerturbSettings{Attack: attack}
	sent := stream.Send(&perturbation.StreamPerturbRequest{Message: &perturbation.StreamPerturbRequest_Settings{Settings: settings}})
	go func() {
		for i := 0; sent == nil && i < len(images); i++ {
			sent = stream.Send(&perturbation.StreamPerturbRequest{Message: &perturbation.StreamPerturbRequest_Item{Item: item(images[i])}})
		}
		stream.CloseSend()
	}()
	var twins []picture
	for {
		reply, err := stream.Recv()
		if err == io.EOF {
			return twins, nil
		} else if err != nil {
			return nil, err
		}
		result := reply.GetResult()
		if result == nil {
			continue
		}
		if failure := result.GetError(); failure != nil {
			return nil, fmt.Errorf("%s: %s", result.Id, failure.Message)
		}
		twin := result.GetAdversarial()
		twins = append(twins, picture{id: result.Id, file: twin.Image.GetEncoded(), linf: twin.Quality.Linf_255})
	}
}

func item(image picture) *common.ImageItem {
	return &common.ImageItem{Id: image.id, Part: &common.ImageItem_Image{Image: &common.Image{Content: &common.Image_Encoded{Encoded: image.file}}}}
}
