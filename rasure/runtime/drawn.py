"""What tells a page of the dashboards that is drawn, in the browser's own language."""

# JavaScript: the charts that are not on a hidden tab; true if a chart is drawn.
CHARTS = """[...document.querySelectorAll('.chart-slice')]
    .filter(chart => chart.offsetParent !== null)"""
IS_DRAWN = """(chart =>
    !chart.querySelector('[data-test="loading-indicator"], .loading')
    && !!chart.querySelector('.slice_container canvas,'
        + ' .slice_container table tbody td, .slice_container .header-line'))"""
# JavaScript: a function that decodes a picture, PNG or JPEG in base64, to its dots.
DOTS = """(async encoded => {
    const image = new Image();
    image.src = 'data:image/png;base64,' + encoded;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.width;
    canvas.height = image.height;
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, image.width, image.height);
})"""
# JavaScript: how many different colours a picture has, from its PNG in base64.
COLOURS = f"""async encoded =>
    new Set(new Uint32Array((await {DOTS}(encoded)).data.buffer)).size"""
